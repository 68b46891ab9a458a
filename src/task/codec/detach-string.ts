import type { StringBuffer } from './byte-sink.ts'

const WIDE = /[\u0100-\uffff]/

/** V8 shares the characters of a slice from this length on. */
const SHORTEST_SHARED_SLICE = 13

const SCRATCH_CHARACTERS = 4096
const scratch = Buffer.allocUnsafeSlow(SCRATCH_CHARACTERS * 2) as StringBuffer

/** Whether a string has a character above 255, so that it takes two bytes for each. */
export function isWide(text: string): boolean {
  return WIDE.test(text)
}

/**
 * An equal string with characters of its own. A slice of 13 characters or more keeps the whole string alive that it was cut from;
 * what is kept for long (keys of a table, cached records) must not.
 */
export function detachString(text: string): string {
  const length = text.length
  if (length < SHORTEST_SHARED_SLICE) return text
  const wide = isWide(text)
  const byteCount = wide ? length * 2 : length
  const target = byteCount <= scratch.length ? scratch : (Buffer.allocUnsafeSlow(byteCount) as StringBuffer)
  if (wide) {
    target.ucs2Write(text, 0, byteCount)
    return target.ucs2Slice(0, byteCount)
  }
  target.latin1Write(text, 0, byteCount)
  return target.latin1Slice(0, byteCount)
}
