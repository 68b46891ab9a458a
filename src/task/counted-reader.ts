import type { StoredBytes, TaskInput } from './input.ts'
import { type Chunk, isPromise, type Reader } from './reader.ts'
import { taskCounters } from './task-counters.ts'

/** Counts the records and bytes that a source's reader returns. Without a listener for tasks the reader itself is returned. */
export function countedInput(reader: Reader, bytes: () => number): Reader {
  const counters = taskCounters()
  if (counters === null) return reader
  counters.bytesRead += bytes()
  return counting(reader, (count) => {
    counters.recordsRead += count
  })
}

/** Counts the records and bytes that are read of a shuffle. Without a listener for tasks the reader itself is returned. */
export function countedShuffle(reader: Reader, input: TaskInput): Reader {
  const counters = taskCounters()
  if (counters === null) return reader
  counters.shuffleBytesRead += inputBytesOf(input)
  return counting(reader, (count) => {
    counters.shuffleRecordsRead += count
  })
}

/** Bytes that the leaf of a program reads; 0 where it reads none, as for a range of numbers. */
export function inputBytesOf(input: TaskInput): number {
  switch (input.kind) {
    case 'data':
      return input.bytes.length
    case 'files':
      return input.splits.reduce((sum, { length }) => sum + length, 0)
    case 'segments':
      return storedBytes(input.segments)
    default:
      return 0
  }
}

export function storedBytes(stored: readonly StoredBytes[]): number {
  let sum = 0
  for (const { length } of stored) sum += length
  return sum
}

function counting(reader: Reader, count: (records: number) => void): Reader {
  const counted = (chunk: Chunk | null): Chunk | null => {
    if (chunk !== null) count(chunk.length)
    return chunk
  }
  return {
    isAsync: reader.isAsync,
    next() {
      const chunk = reader.next()
      return isPromise(chunk) ? chunk.then(counted) : counted(chunk)
    },
    close: () => reader.close(),
  }
}
