import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ByteStream } from '../task-files.ts'
import { LINE_WINDOW_BYTES } from './line-decoder.ts'
import { streamedTextReader } from './streamed-text-source.ts'

/** Gives at most `piece` bytes at a time. */
function streamOf(bytes: Buffer, piece: number): ByteStream & { isClosed: boolean; given: number } {
  return {
    isClosed: false,
    given: 0,
    read(to) {
      const count = Math.min(piece, to.length, bytes.length - this.given)
      bytes.copy(to, 0, this.given, this.given + count)
      this.given += count
      return count
    },
    close() {
      this.isClosed = true
    },
  }
}

function linesOf(bytes: Buffer, piece: number, start: number, length: number): unknown[] {
  const stream = streamOf(bytes.subarray(start), piece)
  const reader = streamedTextReader(stream, { skipsFirst: start > 0, lastStart: length })
  const lines: unknown[] = []
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) lines.push(...(chunk as unknown[]))
  assert(stream.isClosed)
  return lines
}

function expectedLines(content: string): string[] {
  const lines = content.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

const text = fc
  .array(fc.constantFrom('a', 'bc', 'ü', '\n', '\r', '\r\n', ' '), { maxLength: 60 })
  .map((parts) => parts.join(''))

test('pieces of a streamed file give each line once, wherever the cuts and the reads fall', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20 }), (content, piece, size) => {
      const bytes = Buffer.from(content)
      const lines: unknown[] = []
      for (let start = 0; start < bytes.length; start += size) lines.push(...linesOf(bytes, piece, start, size))
      assert.deepEqual(lines, expectedLines(content))
    }),
    { numRuns: 2000 },
  )
})

test('lines longer and shorter than a window come whole', () => {
  const content = `${'short line\n'.repeat(20_000)}${'x'.repeat(5 * LINE_WINDOW_BYTES)}\nlast`
  const bytes = Buffer.from(content)
  assert.deepEqual(linesOf(bytes, 50_000, 0, Number.POSITIVE_INFINITY), expectedLines(content))
  const pieces = [0, 1, 2].flatMap((i) => linesOf(bytes, 70_000, i * 200_000, i < 2 ? 200_000 : bytes.length))
  assert.deepEqual(pieces, expectedLines(content))
})

test('a byte order mark is not part of the first line', () => {
  assert.deepEqual(linesOf(Buffer.from('\ufeffone\ntwo\n'), 1, 0, Number.POSITIVE_INFINITY), ['one', 'two'])
})

test('a piece reads no further than to the end of its last line, a buffer ahead at most', () => {
  const bytes = Buffer.from('0123456789\n'.repeat(200_000))
  const stream = streamOf(bytes, LINE_WINDOW_BYTES)
  const reader = streamedTextReader(stream, { skipsFirst: false, lastStart: 100 })
  while (reader.next() !== null);
  assert(stream.given <= 4 * LINE_WINDOW_BYTES, `${stream.given} bytes were read for a piece of 100`)
})
