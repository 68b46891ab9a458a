import { partitionFunction } from '../partition-functions.ts'
import type { Sink } from '../program.ts'
import { isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { iteratorOver } from './partition-iterator.ts'

type PartitionSink = Extract<Sink, { kind: 'foreach' | 'foreachPartition' | 'partition' | 'builtin' }>

/** A sink's value for one partition; a promise where the user's function is asynchronous. */
export type PartitionCall = (reader: Reader, partition: number) => unknown

/** Sinks that are a function over the partition. */
export function partitionSink(sink: PartitionSink, runtime: TaskRuntime): PartitionCall {
  switch (sink.kind) {
    case 'foreach': {
      const fn = sink.fn as (value: unknown) => unknown
      return (reader) => foreachRecord(reader, fn, runtime)
    }
    case 'foreachPartition': {
      const fn = sink.fn as (records: IterableIterator<unknown>) => unknown
      return (reader) => withIterator(reader, runtime, (records) => ignoring(fn(records)))
    }
    case 'partition': {
      const fn = sink.fn as (records: IterableIterator<unknown>, partition: number) => unknown
      return (reader, partition) => withIterator(reader, runtime, (records) => fn(records, partition))
    }
    case 'builtin': {
      const fn = partitionFunction(sink.name) as (
        records: IterableIterator<unknown>,
        partition: number,
        ...args: readonly unknown[]
      ) => unknown
      const { args } = sink
      return (reader, partition) => withIterator(reader, runtime, (records) => fn(records, partition, ...args))
    }
  }
}

function withIterator(
  reader: Reader,
  runtime: TaskRuntime,
  fn: (records: IterableIterator<unknown>) => unknown,
): unknown {
  const records = iteratorOver(reader, runtime)
  return isPromise(records) ? records.then(fn) : fn(records)
}

/** Awaits the results of foreach functions and drops them. */
function ignoring(result: unknown): undefined | Promise<undefined> {
  return isPromise(result) ? result.then(() => undefined) : undefined
}

/** Calls `fn` for each record in turn; where it returns a promise, the next record waits for it. */
async function foreachRecord(
  reader: Reader,
  fn: (value: unknown) => unknown,
  runtime: TaskRuntime,
): Promise<undefined> {
  for (;;) {
    const next = reader.next()
    const chunk = isPromise(next) ? await next : next
    if (chunk === null) return undefined
    runtime.checkCancelled()
    for (const record of chunk) {
      const result = fn(record)
      if (isPromise(result)) await result
    }
  }
}
