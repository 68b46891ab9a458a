import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Chunk, Reader } from '../reader.ts'
import { lineBlockReader } from './line-block-source.ts'
import { LINE_WINDOW_BYTES } from './line-decoder.ts'
import { textFileReader } from './text-file-source.ts'

let directory: string
before(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'millstream-text-'))
})
after(() => fs.rmSync(directory, { recursive: true, force: true }))

function readAll(reader: Reader): unknown[] {
  const records: unknown[] = []
  for (let chunk = reader.next() as Chunk | null; chunk !== null; chunk = reader.next() as Chunk | null) {
    records.push(...chunk)
  }
  return records
}

function expectedLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function fileOf(text: string): string {
  const file = path.join(directory, 'input.txt')
  fs.writeFileSync(file, text)
  return file
}

function linesOfPieces(file: string, cuts: readonly number[]): string[][] {
  const size = fs.statSync(file).size
  const bounds = [0, ...[...new Set(cuts.map((cut) => cut % (size + 1)))].sort((a, b) => a - b), size]
  const pieces: string[][] = []
  for (let i = 1; i < bounds.length; i++) {
    const start = bounds[i - 1] as number
    const length = (bounds[i] as number) - start
    if (length > 0) pieces.push(readAll(textFileReader({ path: file, start, length, isCompressed: false })) as string[])
  }
  return pieces
}

const text = fc
  .array(
    fc.tuple(
      fc.constantFrom('', 'a', 'some words here', 'é√', '𝒳', 'x'.repeat(40)),
      fc.constantFrom('\n', '\r\n', '\r', '\n\n'),
    ),
    { maxLength: 30 },
  )
  .chain((parts) => fc.constantFrom('', 'tail').map((tail) => parts.map((part) => part.join('')).join('') + tail))

test('every line of a file belongs to exactly one piece, wherever the cuts fall', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(2000), { maxLength: 6 }), (content, cuts) => {
      const file = fileOf(content)
      assert.deepEqual(linesOfPieces(file, cuts).flat(), expectedLines(content))
    }),
    { numRuns: 400 },
  )
})

test('a line that begins at a cut belongs to the piece before it', () => {
  const file = fileOf('ab\ncd\nef\n')
  assert.deepEqual(linesOfPieces(file, [3, 6]), [['ab', 'cd'], ['ef'], []])
})

test('lines longer than a read and files of many windows come out whole', () => {
  const long = 'y'.repeat(5 * LINE_WINDOW_BYTES)
  const content = `first\n${long}\n${'line of text\n'.repeat(20_000)}${long}`
  const file = fileOf(content)
  assert.deepEqual(linesOfPieces(file, []).flat(), expectedLines(content))
  assert.deepEqual(
    linesOfPieces(file, [7, LINE_WINDOW_BYTES, 3 * LINE_WINDOW_BYTES + 1, 400_000]).flat(),
    expectedLines(content),
  )
})

test('a byte order mark at the start of a file is no part of its first line', () => {
  assert.deepEqual(linesOfPieces(fileOf('\ufefffirst\nsecond'), []), [['first', 'second']])
})

test('a file that is closed early gives its descriptor back', () => {
  const reader = textFileReader({ path: fileOf('a\nb\n'), start: 0, length: 4, isCompressed: false })
  void reader.close()
  void reader.close()
  assert.equal(reader.next(), null)
})

test('a block of received text gives the same lines as a file', () => {
  fc.assert(
    fc.property(text, (content) => {
      assert.deepEqual(readAll(lineBlockReader(Buffer.from(content))), expectedLines(content))
    }),
  )
  const many = 'word word\n'.repeat(3 * LINE_WINDOW_BYTES)
  assert.deepEqual(readAll(lineBlockReader(Buffer.from(many))), expectedLines(many))
})
