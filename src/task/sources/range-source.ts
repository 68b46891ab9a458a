import { CHUNK_RECORDS, type Reader } from '../reader.ts'

/** `count` numbers from `start`, `step` apart, made as they are asked for. */
export function rangeReader(start: number, step: number, count: number): Reader {
  let index = 0
  return {
    isAsync: false,
    next() {
      if (index >= count) return null
      const length = Math.min(CHUNK_RECORDS, count - index)
      const chunk = new Array<number>(length)
      for (let i = 0; i < length; i++) chunk[i] = start + step * (index + i)
      index += length
      return chunk
    },
    close() {
      index = count
    },
  }
}
