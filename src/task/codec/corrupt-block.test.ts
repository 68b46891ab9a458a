import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { startModuleThread } from '../../files/worker/start-thread.ts'
import { ByteSink, CorruptBlockError, RecordCodec } from './index.ts'

const codec = new RecordCodec()
/** What a refused block may add to the memory of buffers. The announced counts would take hundreds of megabytes. */
const MAX_BUFFER_BYTES = 8 * 2 ** 20
/** A thread with this heap ends with ERR_WORKER_OUT_OF_MEMORY when a refused block takes the memory that the block's counts announce. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 100, maxYoungGenerationSizeMb: 16 }
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

  test('that announce enormous counts take no memory for them', async () => {
    const [NULL, INTEGER, TUPLE, LIST, GENERIC, SPARSE_ARRAY] = [1, 5, 15, 16, 20, 10]
    const constantLists = (sink: ByteSink, length: number): void => {
      sink.u8(LIST)
      sink.u8(0)
      sink.varint(length)
    }
    const nestedTuples = (sink: ByteSink, levels: number): void => {
      sink.u8(levels === 0 ? NULL : TUPLE)
      if (levels === 0) return
      sink.u8(16)
      for (let i = 0; i < 16; i++) nestedTuples(sink, levels - 1)
    }
    const padding = new Uint8Array(210_000)
    const bodies: [RegExp, (sink: ByteSink) => void][] = [
      [/a column of 70\d+ values is announced/, (sink) => constantLists(sink, 0xffffffff)],
      [
        /a column of 1605632 times null/,
        (sink) => {
          constantLists(sink, 98)
          sink.u8(NULL)
          sink.append(padding)
        },
      ],
      [
        /a column of 1605632 equal values/,
        (sink) => {
          constantLists(sink, 98)
          sink.u8(INTEGER)
          sink.f64(7)
          sink.u8(0)
          sink.append(padding)
        },
      ],
      [
        /65536 bytes are needed/,
        (sink) => {
          sink.u8(INTEGER)
          sink.f64(0)
          sink.u8(4)
        },
      ],
      [/too many columns/, (sink) => nestedTuples(sink, 3)],
      [
        /bytes are needed/,
        (sink) => {
          sink.u8(GENERIC)
          for (let i = 0; i < 6000; i++) {
            sink.u8(SPARSE_ARRAY)
            sink.varint(30_000_000)
            sink.varint(0)
          }
        },
      ],
    ]
    const blocks = bodies.map(([, body]) => {
      const sink = new ByteSink()
      sink.u8(1)
      sink.u32(0)
      sink.varint(16_384)
      body(sink)
      sink.setUint32(1, sink.length - 5)
      return sink.bytes()
    })
    for (const [at, [message]] of bodies.entries()) {
      const before = process.memoryUsage().arrayBuffers
      assert.throws(
        () => codec.decode(blocks[at]!),
        (error) => error instanceof CorruptBlockError && message.test(error.message),
      )
      assert.ok(process.memoryUsage().arrayBuffers - before < MAX_BUFFER_BYTES, `${message}`)
    }
    const module = new URL('../../../test/fixtures/codec/decode-blocks.ts', import.meta.url)
    const thread = startModuleThread(module, { workerData: blocks, resourceLimits: HEAP_LIMITS })
    const [messages] = (await once(thread, 'message')) as [(string | null)[]]
    for (const [at, [message]] of bodies.entries()) assert.match(messages[at] ?? 'decoded', message)
    await thread.terminate()
  })
})
