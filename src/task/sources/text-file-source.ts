import fs from 'node:fs'
import type { InputSplit, StoredBytes } from '../input.ts'
import type { Reader } from '../reader.ts'
import { behindLineEnd, decodeLines, LINE_WINDOW_BYTES, skipByteOrderMark, windowEnd } from './line-decoder.ts'
import { localPath } from './local-path.ts'

const READ_BYTES = 4 * LINE_WINDOW_BYTES

/**
 * Lines of one piece of a text file. A piece owns the lines that begin behind its start and up to its end inclusive (the first piece
 * also the line at 0), which is Hadoop's LineRecordReader's rule: every line belongs to one piece, wherever the cuts fall.
 */
export function textFileReader(split: InputSplit): Reader {
  return textReader(localPath(split.path), (file) => {
    const size = fs.fstatSync(file).size
    const start = split.start === 0 ? behindByteOrderMark(file) : findLineEnd(file, split.start, size)
    const end = split.start + split.length >= size ? size : findLineEnd(file, split.start + split.length, size)
    return [start, end]
  })
}

/** Lines of a stretch of a file that begins at a line's start and ends at a line's end. */
export function storedTextReader({ path, offset, length }: Exclude<StoredBytes, Uint8Array>): Reader {
  return textReader(path, () => [offset, offset + length])
}

/** @param boundsOf gives the positions between which whole lines stand in the file. */
function textReader(path: string, boundsOf: (file: number) => [start: number, end: number]): Reader {
  const file = fs.openSync(path, 'r')
  let isOpen = true
  const close = (): void => {
    if (isOpen) fs.closeSync(file)
    isOpen = false
  }
  let position: number
  let end: number
  try {
    ;[position, end] = boundsOf(file)
  } catch (error) {
    close()
    throw error
  }
  let buffer = Buffer.allocUnsafe(READ_BYTES)
  // buffer[from, to) is read and not yet handed out.
  let from = 0
  let to = 0

  const fill = (): void => {
    if (from > 0) buffer.copyWithin(0, from, to)
    to -= from
    from = 0
    if (to === buffer.length) {
      const larger = Buffer.allocUnsafe(buffer.length * 2)
      buffer.copy(larger, 0, 0, to)
      buffer = larger
    }
    const wanted = Math.min(buffer.length - to, end - position)
    const count = fs.readSync(file, buffer, to, wanted, position)
    if (count === 0) end = position
    position += count
    to += count
  }

  return {
    isAsync: false,
    next() {
      if (!isOpen) return null
      for (;;) {
        const isLast = position >= end
        const wanted = from + LINE_WINDOW_BYTES
        if (wanted <= to) {
          const cut = windowEnd(buffer, from, wanted)
          if (cut !== -1) return take(cut)
        }
        if (isLast) {
          if (from === to) {
            close()
            return null
          }
          const cut = wanted < to ? behindLineEnd(buffer, wanted, to) : to
          return take(cut === -1 ? to : cut)
        }
        fill()
      }
    },
    close,
  }

  function take(cut: number): string[] {
    const lines = decodeLines(buffer, from, cut)
    from = cut
    return lines
  }
}

function behindByteOrderMark(file: number): number {
  const head = Buffer.alloc(3)
  let length = 0
  for (let count = -1; count !== 0 && length < head.length; length += count) {
    count = fs.readSync(file, head, length, head.length - length, length)
  }
  return skipByteOrderMark(head, length)
}

/** @returns the position behind the first line end at or after `from`, or the file's size. */
function findLineEnd(file: number, from: number, size: number): number {
  const buffer = Buffer.allocUnsafe(LINE_WINDOW_BYTES)
  let position = from
  while (position < size) {
    const count = fs.readSync(file, buffer, 0, buffer.length, position)
    if (count === 0) return size
    const behind = behindLineEnd(buffer, 0, count)
    // A carriage return as the window's last byte may be half of \r\n: look again from there.
    if (behind === count && buffer[count - 1] === 13 && position + count < size && count > 1) {
      position += count - 1
      continue
    }
    if (behind !== -1) return position + behind
    position += count
  }
  return size
}
