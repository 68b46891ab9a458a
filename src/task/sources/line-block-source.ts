import type { Reader } from '../reader.ts'
import { decodeLines, LINE_WINDOW_BYTES, windowEnd } from './line-decoder.ts'

/** Lines of a block of text that is in memory: what a socket receiver stored. */
export function lineBlockReader(block: Uint8Array): Reader {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  let position = 0
  return {
    isAsync: false,
    next() {
      if (position >= bytes.length) return null
      let size = LINE_WINDOW_BYTES
      let end = bytes.length
      while (position + size < bytes.length) {
        end = windowEnd(bytes, position, position + size)
        if (end !== -1) break
        size *= 2
        end = bytes.length
      }
      const lines = decodeLines(bytes, position, end)
      position = end
      return lines
    },
    close() {
      position = bytes.length
    },
  }
}
