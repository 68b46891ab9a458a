import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import zlib from 'node:zlib'
import type { Codec } from './codecs.ts'
import { pack } from './pack.ts'
import { unpack } from './unpack.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function unpacked(codec: Codec, bytes: Uint8Array, size = 1000): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of unpack(codec, pieces(bytes, size), 'file:/data/a')) parts.push(part)
  return Buffer.concat(parts).toString()
}

/** 20,000 lines that do not pack to nothing. */
const text = Array.from(
  { length: 20_000 },
  (_, i) => `line ${i} ${((i * 2654435761) % 4294967296).toString(36)}\n`,
).join('')

/** `one\ntwo\n`, as bzip2 and zstd write it. */
const BZIP2 = Buffer.from('QlpoOTFBWSZTWacUK3cAAALBgAAQAgGEgCAAIYAMAjj1G4u5IpwoSFOKFbuA', 'base64')
const ZSTD = Buffer.from('KLUv/QRYQQAAb25lCnR3bwrmpg5A', 'base64')

describe('packed files', () => {
  const whole = { gzip: zlib.gzipSync(text), deflate: zlib.deflateSync(text) } as const
  for (const codec of ['gzip', 'deflate'] as const) {
    test(`${codec}: the content, however the bytes come`, async () => {
      for (const size of [1, 1000, 1 << 20]) {
        const bytes = size === 1 ? packedShort(codec) : whole[codec]
        assert.equal(await unpacked(codec, bytes, size), size === 1 ? 'short\n' : text)
      }
    })

    test(`${codec}: several behind each other are one content`, async () => {
      const bytes = Buffer.concat([packedShort(codec), whole[codec], packedShort(codec)])
      for (const size of [7, 5000, 1 << 20]) assert.equal(await unpacked(codec, bytes, size), `short\n${text}short\n`)
    })

    test(`${codec}: bytes that are damaged or end early are an error that names the file`, async () => {
      const damaged = Buffer.from(whole[codec])
      damaged[damaged.length >> 1]! ^= 0xff
      for (const bytes of [
        whole[codec].subarray(0, -3),
        whole[codec].subarray(0, 5000),
        damaged,
        Buffer.from('no such thing'),
      ]) {
        await assert.rejects(unpacked(codec, bytes), {
          code: 'CORRUPT_COMPRESSED_FILE',
          message: /^Cannot unpack file:\/data\/a: /,
        })
      }
    })

    test(`${codec}: what is packed is what is unpacked`, async () => {
      const parts: Uint8Array[] = []
      for await (const part of pack(codec, [text.slice(0, 100), Buffer.from(text.slice(100))])) parts.push(part)
      assert.equal(await unpacked(codec, Buffer.concat(parts)), text)
    })
  }

  for (const [codec, bytes] of [
    ['bzip2', BZIP2],
    ['zstd', ZSTD],
  ] as const) {
    test(`${codec}: content, several files in one, and an early end`, async () => {
      assert.equal(await unpacked(codec, bytes, 3), 'one\ntwo\n')
      assert.equal(await unpacked(codec, Buffer.concat([bytes, bytes]), 10), 'one\ntwo\none\ntwo\n')
      for (const cut of [bytes.subarray(0, -4), Buffer.from('neither of the two')]) {
        await assert.rejects(unpacked(codec, cut), { code: 'CORRUPT_COMPRESSED_FILE' })
      }
    })
  }

  test('an error in reading the packed bytes is told as it is', async () => {
    const failure = new Error('the disk is gone')
    const starts = { ...whole, bzip2: BZIP2, zstd: ZSTD }
    for (const codec of ['gzip', 'deflate', 'bzip2', 'zstd'] as const) {
      const source = failingFrom(starts[codec].subarray(0, 8), failure)
      await assert.rejects(async () => {
        for await (const _ of unpack(codec, source, 'file:/data/a'));
      }, failure)
    }
  })

  test('a codec that only reads refuses to pack, by name', () => {
    assert.throws(() => pack('bzip2', []), { code: 'UNSUPPORTED_COMPRESSION' })
  })
})

async function* failingFrom(bytes: Uint8Array, failure: Error): AsyncGenerator<Uint8Array> {
  yield bytes
  throw failure
}

function packedShort(codec: 'gzip' | 'deflate'): Buffer {
  return codec === 'gzip' ? zlib.gzipSync('short\n') : zlib.deflateSync('short\n')
}
