import { ChunkIterator, chunksReader, forEachChunk, isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'

/** @returns all records of a reader as one array; a promise only for an asynchronous reader. */
export function drain(input: Reader, runtime: TaskRuntime): unknown[] | Promise<unknown[]> {
  const records: unknown[] = []
  const read = forEachChunk(input, (chunk) => {
    runtime.checkCancelled()
    for (const record of chunk) records.push(record)
    return undefined
  })
  return isPromise(read) ? read.then(() => records) : records
}

/**
 * An iterator over a reader for functions that pull records one by one. Their protocol is synchronous, so what is asynchronous
 * below (an async mapPartitions of the user's) is read to its end first.
 */
export function iteratorOver(
  input: Reader,
  runtime: TaskRuntime,
): IterableIterator<unknown> | Promise<IterableIterator<unknown>> {
  if (!input.isAsync) return new ChunkIterator(checkedReader(input, runtime))
  const all = drain(input, runtime)
  return isPromise(all)
    ? all.then((records) => new ChunkIterator(chunksReader([records])))
    : new ChunkIterator(chunksReader([all]))
}

function checkedReader(input: Reader, runtime: TaskRuntime): Reader {
  return {
    isAsync: false,
    next() {
      runtime.checkCancelled()
      return input.next()
    },
    close: () => input.close(),
  }
}
