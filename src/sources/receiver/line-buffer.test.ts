import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { behindLineEnds, countLineEnds } from './count-lines.ts'
import { LineBuffer } from './line-buffer.ts'
import { Slab, SlabPool } from './slab-pool.ts'

/** What Java's `readLine` gives for a text. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** Writes text as a socket would: in pieces, each as far as there is room. */
function write(buffer: LineBuffer, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    const space = buffer.space()
    const count = Math.min(space.length, bytes.length)
    space.set(bytes.subarray(0, count))
    buffer.received(count)
    bytes = bytes.subarray(count)
  }
}

const cutText = (buffer: LineBuffer, maxLines?: number) => {
  const region = buffer.cut(maxLines)
  if (region === null) return null
  const text = Buffer.from(region.bytes).toString()
  region.slab.release()
  assert.equal(region.recordCount, linesOf(text).length)
  return text
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n', '\r', '\r\n'), maxLength: 60 })

test('however a text arrives and is cut, its blocks hold whole lines, and all of them', () => {
  const step = fc.record({ text, maxLines: fc.option(fc.nat(4)) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: 16, max: 200 }), (steps, slabBytes) => {
      const pool = new SlabPool(slabBytes)
      const buffer = new LineBuffer(pool, 1e6)
      const lines: string[] = []
      for (const { text, maxLines } of steps) {
        write(buffer, text)
        lines.push(...linesOf(cutText(buffer, maxLines ?? undefined) ?? ''))
      }
      buffer.endText()
      lines.push(...linesOf(cutText(buffer) ?? ''))
      assert.deepEqual(lines, linesOf(steps.map((step) => step.text).join('')))
      buffer.close()
      assert.equal(pool.bytesInUse, 0)
    }),
  )
})

test('line ends are counted as a simple loop counts them, wherever the range begins and ends', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '\n', '\u008a', '\r'), maxLength: 3000 }),
      fc.nat(9),
      fc.boolean(),
      (raw, from, isPlain) => {
        const bytes = Buffer.from(isPlain ? raw.replaceAll('\r', '') : raw)
        const slab = new Slab(bytes.length, () => {})
        slab.bytes.set(bytes)
        const start = Math.min(from, bytes.length)
        const expected =
          bytes
            .toString('latin1')
            .slice(start)
            .match(/\r\n|\n|\r/g)?.length ?? 0
        assert.equal(countLineEnds(slab, start, bytes.length), expected)
        const end = behindLineEnds(slab.bytes, start, bytes.length, expected)
        assert.match(bytes.toString('latin1').slice(end), /^[^\n\r]*$/)
      },
    ),
  )
})

test('more than 255 line ends in each place of a word are all counted', () => {
  const slab = new Slab(100_000, () => {})
  slab.bytes.fill(10)
  assert.equal(countLineEnds(slab, 1, 99_999), 99_998)
})

test('a line ends at a carriage return at once, and the line feed behind it is no line', () => {
  const buffer = new LineBuffer(new SlabPool(1024), 1000)
  write(buffer, 'a\r')
  assert.equal(cutText(buffer), 'a\r')
  write(buffer, '\nb\n')
  assert.equal(cutText(buffer), 'b\n')
})

test('a text that was broken off leaves nothing to the next one', () => {
  const buffer = new LineBuffer(new SlabPool(1024), 1000)
  write(buffer, 'a\r')
  cutText(buffer)
  buffer.discardPartialLine()
  write(buffer, '\nhalf')
  buffer.discardPartialLine()
  write(buffer, 'b\n')
  assert.equal(cutText(buffer), '\nb\n')
})

test('a line may be longer than a slab, but not longer than allowed', () => {
  const buffer = new LineBuffer(new SlabPool(64), 1000)
  write(buffer, 'x'.repeat(900))
  write(buffer, '\n')
  assert.equal(cutText(buffer), `${'x'.repeat(900)}\n`)
  assert.throws(() => write(buffer, 'y'.repeat(5000)), { name: 'SparkException', code: 'LINE_TOO_LONG' })
})
