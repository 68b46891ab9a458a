import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { detachString, RecordCodec } from './index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Heap bytes that a set of kept strings holds on to. */
function heldBytes(make: () => string[]): { readonly bytes: number; readonly kept: string[] } {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const kept = make()
  collectGarbage()
  const after = process.memoryUsage().heapUsed
  return { bytes: after - before, kept }
}

const ROUNDS = 50
const CHUNK_TEXT = 200_000

test('a detached string is equal to the one it came from', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => detachString(text) === text))
  for (const text of ['x'.repeat(10_000), 'ж'.repeat(10_000), `${'x'.repeat(20)}\ud800`])
    assert.equal(detachString(text), text)
})

test('a detached string does not keep the text alive that it was cut from', () => {
  const cut =
    (keep: (text: string) => string): (() => string[]) =>
    () =>
      Array.from({ length: ROUNDS }, (_, i) =>
        keep(
          Buffer.alloc(CHUNK_TEXT, 65 + (i % 26))
            .toString('latin1')
            .slice(10, 40),
        ),
      )
  const pinned = heldBytes(cut((text) => text))
  const detached = heldBytes(cut(detachString))
  assert.ok(pinned.bytes > ROUNDS * CHUNK_TEXT * 0.8, `a slice is expected to keep its parent: ${pinned.bytes}`)
  assert.ok(detached.bytes < ROUNDS * CHUNK_TEXT * 0.1, `${detached.bytes}`)
  assert.equal(pinned.kept.length, detached.kept.length)
})

test('a record decoded with detach does not keep its chunk alive', () => {
  const codec = new RecordCodec()
  const bytes = codec.encode(Array.from({ length: 1000 }, (_, i) => [`${i} ${'x'.repeat(CHUNK_TEXT / 1000)}`, i]))
  const first = (detach: boolean): string[] =>
    Array.from({ length: ROUNDS }, () => (codec.decode(bytes, { detach })[0] as [string, number])[0])
  const detached = heldBytes(() => first(true))
  assert.ok(detached.bytes < ROUNDS * CHUNK_TEXT * 0.1, `${detached.bytes}`)
  assert.equal(detached.kept[0]!.length, CHUNK_TEXT / 1000 + 2)
})
