import { CHUNK_RECORDS, type Chunk, forEachChunk, isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'

/**
 * Every pair of a record of `left` and one of `right`, left's order first. The right partition is held in
 * memory, the product is not.
 */
export function cartesianReader(left: Reader, right: Reader, runtime: TaskRuntime): Reader {
  let rightChunks: Chunk[] | null = null
  let leftChunk: Chunk = []
  let i = 0
  let j = 0
  let k = 0
  const isAsync = left.isAsync || right.isAsync

  const loadRight = (): void | Promise<void> => {
    const chunks: Chunk[] = []
    rightChunks = chunks
    return forEachChunk(right, (chunk) => {
      chunks.push(chunk)
      return undefined
    })
  }
  const produce = (): Chunk => {
    runtime.checkCancelled()
    const out: unknown[] = []
    const chunks = rightChunks as Chunk[]
    while (i < leftChunk.length && out.length < CHUNK_RECORDS) {
      const chunk = chunks[j]
      if (chunk === undefined) {
        i += 1
        j = 0
        k = 0
        continue
      }
      if (k >= chunk.length) {
        j += 1
        k = 0
        continue
      }
      out.push([leftChunk[i], chunk[k]])
      k += 1
    }
    return out
  }
  const next = (): Chunk | null | Promise<Chunk | null> => {
    for (;;) {
      if (rightChunks === null) {
        const loaded = loadRight()
        if (isPromise(loaded)) return loaded.then(next)
      }
      if (i < leftChunk.length) {
        const out = produce()
        if (out.length > 0) return out
        continue
      }
      const chunk = left.next()
      if (isPromise(chunk)) return chunk.then(startLeft)
      if (chunk === null) return null
      leftChunk = chunk
      i = 0
      j = 0
      k = 0
    }
  }
  const startLeft = (chunk: Chunk | null): Chunk | null | Promise<Chunk | null> => {
    if (chunk === null) return null
    leftChunk = chunk
    i = 0
    j = 0
    k = 0
    return next()
  }
  return {
    isAsync,
    next,
    close() {
      void left.close()
      return right.close()
    },
  }
}
