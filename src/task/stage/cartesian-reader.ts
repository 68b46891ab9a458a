import { CHUNK_RECORDS, type Chunk, EMPTY_READER, isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { HeldPartition } from './held-partition.ts'

/**
 * Every pair of a record of `left` and one of `right`, left's order first. The right partition is read once and held: in memory, or in a
 * file when it does not fit. It is then read again for each record of the left one.
 */
export function cartesianReader(left: Reader, right: Reader, runtime: TaskRuntime): Reader {
  const held = new HeldPartition(runtime)
  let isFilled = false
  let leftChunk: Chunk = []
  /** Position of the left record whose pairs are being made. */
  let i = -1
  /** The right records that follow for it. */
  let rights: Reader = EMPTY_READER
  let rightChunk: Chunk = []
  let k = 0

  const produce = (): Chunk => {
    runtime.checkCancelled()
    const out: unknown[] = []
    while (out.length < CHUNK_RECORDS) {
      if (k < rightChunk.length) {
        const record = leftChunk[i]
        const end = Math.min(rightChunk.length, k + CHUNK_RECORDS - out.length)
        for (; k < end; k++) out.push([record, rightChunk[k]])
        continue
      }
      k = 0
      const chunk = rights.next() as Chunk | null
      if (chunk !== null) {
        rightChunk = chunk
        continue
      }
      rightChunk = []
      i += 1
      if (i >= leftChunk.length) break
      rights = held.read()
    }
    return out
  }
  const startLeft = (chunk: Chunk): void | Promise<void> => {
    leftChunk = chunk
    i = -1
    if (isFilled || chunk.length === 0) return
    isFilled = true
    return held.fill(right)
  }
  const next = (): Chunk | null | Promise<Chunk | null> => {
    for (;;) {
      if (i < leftChunk.length) {
        const out = produce()
        if (out.length > 0) return out
        continue
      }
      const chunk = left.next()
      if (isPromise(chunk)) return chunk.then(goOn)
      if (chunk === null) return null
      const started = startLeft(chunk)
      if (isPromise(started)) return started.then(next)
    }
  }
  const goOn = (chunk: Chunk | null): Chunk | null | Promise<Chunk | null> => {
    if (chunk === null) return null
    const started = startLeft(chunk)
    return isPromise(started) ? started.then(next) : next()
  }
  return {
    isAsync: left.isAsync || right.isAsync,
    next,
    close() {
      void rights.close()
      held.remove()
      const closing = [left.close(), right.close()].filter((end) => end !== undefined)
      return closing.length === 0 ? undefined : Promise.all(closing).then(() => {})
    },
  }
}
