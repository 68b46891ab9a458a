import type { Reader } from '../reader.ts'
import type { ByteStream } from '../task-files.ts'
import { behindLineEnd, decodeLines, LINE_WINDOW_BYTES, skipByteOrderMark, windowEnd } from './line-decoder.ts'

const BUFFER_BYTES = 4 * LINE_WINDOW_BYTES
const CARRIAGE_RETURN = 13

/** The range of lines that a piece of a file owns in a stream of bytes. */
export interface OwnedLines {
  /** Whether the stream begins in the middle of a file: what stands before the first line end belongs to the piece before. */
  readonly skipsFirst: boolean
  /** The last position, counted from the stream's begin, at which a line of the piece may begin. */
  readonly lastStart: number
}

/**
 * Lines of a file whose bytes come from first to last: one that is unpacked, or that another file system brings. A window of lines is decoded
 * at a time, and no more is held than that and one line.
 */
export function streamedTextReader(stream: ByteStream, { skipsFirst, lastStart }: OwnedLines): Reader {
  let buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  /** buffer[from, to) is read and not yet handed out; buffer[0] stands at `base` of the stream. */
  let from = 0
  let to = 0
  let base = 0
  /** Where the last line of the piece ends in the buffer, once that is known. */
  let end = -1
  let hasBegun = false
  let hasEnded = false
  let isOpen = true

  const close = (): void => {
    if (isOpen) stream.close()
    isOpen = false
  }

  const fill = (): void => {
    if (from > 0) buffer.copyWithin(0, from, to)
    base += from
    to -= from
    from = 0
    if (to === buffer.length) {
      const larger = Buffer.allocUnsafe(buffer.length * 2)
      buffer.copy(larger, 0, 0, to)
      buffer = larger
    }
    const count = stream.read(buffer.subarray(to))
    if (count === 0) hasEnded = true
    to += count
  }

  /** The index behind the line end at or after `start`, reading on until there is one; the stream's end counts as one. */
  const lineEndFrom = (start: number): number | null => {
    const behind = behindLineEnd(buffer, start, to)
    // A carriage return as the last byte may be half of \r\n.
    const isWhole = behind !== -1 && (behind < to || buffer[behind - 1] !== CARRIAGE_RETURN)
    if (isWhole) return behind
    return hasEnded ? to : null
  }

  const begin = (): boolean => {
    if (!skipsFirst) {
      while (to < 3 && !hasEnded) fill()
      from = skipByteOrderMark(buffer, to)
      return true
    }
    const behind = lineEndFrom(0)
    if (behind === null) return false
    from = behind
    return true
  }

  const take = (cut: number): string[] => {
    const lines = decodeLines(buffer, from, cut)
    from = cut
    return lines
  }

  return {
    isAsync: false,
    next() {
      while (isOpen) {
        if (!hasBegun) {
          hasBegun = begin()
          if (!hasBegun) {
            fill()
            continue
          }
          if (base + from > lastStart) break
        }
        if (end === -1 && lastStart - base < to) end = lineEndFrom(Math.max(from, lastStart - base)) ?? -1
        if (end === -1 && hasEnded) end = to
        const limit = end === -1 ? to : end
        const wanted = from + LINE_WINDOW_BYTES
        if (wanted <= limit) {
          const cut = windowEnd(buffer, from, wanted)
          if (cut !== -1) return take(cut)
        }
        if (end !== -1) {
          if (from >= end) break
          const cut = wanted < end ? behindLineEnd(buffer, wanted, end) : end
          return take(cut === -1 ? end : cut)
        }
        fill()
      }
      close()
      return null
    },
    close,
  }
}
