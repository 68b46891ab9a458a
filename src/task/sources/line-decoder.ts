import { isAscii } from 'node:buffer'

/** Node's own string copies of a Buffer, which its type declarations leave out. */
interface SliceableBuffer extends Buffer {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const ANY_LINE_END = /\r\n|\n|\r/

/** Bytes that are decoded into one string at a time: its lines stay in a core's second-level cache while a loop works on them. */
export const LINE_WINDOW_BYTES = 64 * 1024

/**
 * Splits whole lines of UTF-8 text into strings. `\n`, `\r\n` and `\r` end a line, as Hadoop's reader has it.
 * @param bytes text that begins at a line's start and ends at a line's end or the text's.
 */
export function decodeLines(bytes: Buffer, start: number, end: number): string[] {
  if (end <= start) return []
  const window = bytes.subarray(start, end) as SliceableBuffer
  const text = isAscii(window) ? window.latin1Slice(0, end - start) : window.utf8Slice(0, end - start)
  const lines = window.includes(CARRIAGE_RETURN) ? text.split(ANY_LINE_END) : text.split('\n')
  const last = bytes[end - 1]
  if (last === LINE_FEED || last === CARRIAGE_RETURN) lines.pop()
  return lines
}

/**
 * Where a window that starts at `start` and should be about {@link LINE_WINDOW_BYTES} long may be cut: behind the last line feed.
 * @returns the end of the window, or -1 where [start, end) holds no line feed and more bytes follow.
 */
export function windowEnd(bytes: Buffer, start: number, end: number): number {
  const lineFeed = bytes.lastIndexOf(LINE_FEED, end - 1)
  return lineFeed < start ? -1 : lineFeed + 1
}

/** @returns the index behind the first line end at or after `from`, or -1 when [from, end) holds none. */
export function behindLineEnd(bytes: Buffer, from: number, end: number): number {
  const window = bytes.subarray(from, end)
  const lineFeed = window.indexOf(LINE_FEED)
  const carriageReturn = (lineFeed === -1 ? window : window.subarray(0, lineFeed)).indexOf(CARRIAGE_RETURN)
  if (carriageReturn !== -1) {
    return from + carriageReturn + (window[carriageReturn + 1] === LINE_FEED ? 2 : 1)
  }
  return lineFeed === -1 ? -1 : from + lineFeed + 1
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Where a file's text begins in its first bytes: behind a byte order mark, where there is one. */
export function skipByteOrderMark(head: Buffer, length: number): number {
  return length >= BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.every((byte, i) => head[i] === byte)
    ? BYTE_ORDER_MARK.length
    : 0
}
