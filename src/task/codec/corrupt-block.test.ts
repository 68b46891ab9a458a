import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ByteSink, CorruptBlockError, RecordCodec } from './index.ts'

const codec = new RecordCodec()
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

const chunks: readonly (readonly unknown[])[] = [
  times(40, (i) => [`key-${i}`, i * 1000]),
  times(200, (i) => ({ id: i, name: `n${i % 9}`, tags: times(i % 4, () => 'ж'), at: new Date(i), ok: i % 2 === 0 })),
  [
    new Map([['a', new Set([1n, /x/g])]]),
    new Error('x'),
    Buffer.from('abc'),
    new Array(2),
    Symbol.for('s'),
    new Float64Array(3),
  ],
  times(30, (i) => (i % 3 === 0 ? null : i % 3 === 1 ? `text${i}` : { a: i, b: new Uint8Array(i) })),
  times(300, (i) => `country-${i % 5}`),
]

/** Decodes, or refuses as damaged; anything else is a defect. */
function decodesOrRefuses(bytes: Uint8Array): boolean {
  try {
    codec.decode(bytes)
    return true
  } catch (error) {
    return error instanceof CorruptBlockError && error.code === 'CORRUPT_BLOCK'
  }
}

describe('damaged bytes', () => {
  test('cut short at any place are refused', () => {
    for (const records of chunks) {
      const bytes = codec.encode(records)
      for (let length = 1; length < bytes.length; length++) {
        assert.throws(() => codec.decode(bytes.subarray(0, length)), CorruptBlockError)
      }
    }
  })

  test('with any byte changed decode to something or are refused, nothing else', () => {
    for (const records of chunks) {
      const bytes = codec.encode(records)
      fc.assert(
        fc.property(
          fc.nat(bytes.length - 1),
          fc.nat(255),
          fc.nat(bytes.length - 1),
          fc.nat(255),
          (at, value, at2, value2) => {
            const damaged = Uint8Array.from(bytes)
            damaged[at] = value
            damaged[at2] = value2
            return decodesOrRefuses(damaged)
          },
        ),
        { numRuns: 800 },
      )
    }
  })

  test('of no meaning at all are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (body) => {
        const sink = new ByteSink()
        sink.u8(1)
        sink.u32(body.length)
        sink.append(body)
        return decodesOrRefuses(sink.take())
      }),
      { numRuns: 3000 },
    )
  })

  test('of another format version are refused by name', () => {
    const bytes = codec.encode([1])
    bytes[0] = 2
    assert.throws(() => codec.decode(bytes), /format version 2 instead of 1/)
  })

  test('that announce enormous counts take no memory for them', () => {
    const TUPLE = 15
    const LIST = 16
    const NULL = 1
    const INTEGER = 5
    const GENERIC = 20
    const SPARSE_ARRAY = 10
    const lists = (sink: ByteSink): void => {
      sink.u8(LIST)
      sink.u8(0)
      sink.varint(0xffffffff)
      sink.u8(NULL)
    }
    const bodies: ((sink: ByteSink) => void)[] = [
      (sink) => lists(sink),
      (sink) => {
        sink.u8(INTEGER)
        sink.f64(0)
        sink.u8(4)
      },
      (sink) => {
        for (let i = 0; i < 30; i++) {
          sink.u8(TUPLE)
          sink.u8(16)
        }
      },
      (sink) => {
        for (let i = 0; i < 100; i++) {
          sink.u8(GENERIC)
          sink.u8(SPARSE_ARRAY)
          sink.varint(0xffffffff)
          sink.varint(0)
        }
      },
    ]
    for (const body of bodies) {
      const sink = new ByteSink()
      sink.u8(1)
      sink.u32(0)
      sink.varint(16_384)
      body(sink)
      sink.setUint32(1, sink.length - 5)
      const before = process.memoryUsage()
      assert.throws(() => codec.decode(sink.bytes()), CorruptBlockError)
      const after = process.memoryUsage()
      assert.ok(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers < 64 * 2 ** 20)
    }
  })
})
