import { partitionFunction } from '../partition-functions.ts'
import type { NarrowOp, ZipFunction } from '../program.ts'
import { isPromise, iterableReader, type Reader } from '../reader.ts'
import { stateOperation } from '../state/state-operations.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import type { Open } from './open.ts'
import { drain, iteratorOver } from './partition-iterator.ts'
import { spillingOperation } from './spilling-operations.ts'

/** A built-in as it is called: over the records, with the partition's index and the arguments of the operation. */
type PartitionCall = (records: IterableIterator<unknown>, partition: number, ...args: readonly unknown[]) => unknown

/** Compiles an operation over whole partitions. */
export function compilePartitionWise(op: NarrowOp, open: Open, runtime: TaskRuntime): Open {
  switch (op.kind) {
    case 'glom':
      return (input) => glomReader(open(input), runtime)
    case 'mapPartitions': {
      const fn = op.fn as (records: IterableIterator<unknown>, partition: number) => unknown
      return (input) => partitionWiseReader(open(input), (records) => fn(records, input.partition), runtime)
    }
    case 'builtin': {
      const spilling = spillingOperation(op, runtime) ?? stateOperation(op, runtime)
      if (spilling !== null) return (input) => spilling(open(input))
      const fn = partitionFunction(op.name) as PartitionCall
      const { args } = op
      return (input) => partitionWiseReader(open(input), (records) => fn(records, input.partition, ...args), runtime)
    }
    default:
      throw new Error(`the operation ${op.kind} is element-wise`)
  }
}

function glomReader(input: Reader, runtime: TaskRuntime): Reader {
  let isDone = false
  return {
    isAsync: input.isAsync,
    next() {
      if (isDone) return null
      isDone = true
      const all = drain(input, runtime)
      return isPromise(all) ? all.then((records) => [records]) : [all]
    },
    close: () => input.close(),
  }
}

type IterableResult = Iterable<unknown> | AsyncIterable<unknown>

/** Runs a function over the partition's iterator and reads what it returns. */
function partitionWiseReader(
  input: Reader,
  fn: (records: IterableIterator<unknown>) => unknown,
  runtime: TaskRuntime,
): Reader {
  return lazyReader(input, () => {
    const records = iteratorOver(input, runtime)
    return isPromise(records) ? records.then((iterator) => fn(iterator)) : fn(records)
  })
}

/** Runs a function over the iterators of several partitions. */
export function zippedReader(
  inputs: readonly Reader[],
  fn: ZipFunction,
  partition: number,
  runtime: TaskRuntime,
): Reader {
  const call = zipFunction(fn, partition)
  const all: Reader = {
    isAsync: inputs.some((input) => input.isAsync),
    next: () => null,
    async close() {
      for (const input of inputs) await input.close()
    },
  }
  return lazyReader(all, () => {
    const iterators = inputs.map((input) => iteratorOver(input, runtime))
    return iterators.some(isPromise)
      ? Promise.all(iterators).then((settled) => call(settled))
      : call(iterators as IterableIterator<unknown>[])
  })
}

function zipFunction(fn: ZipFunction, partition: number): (iterators: IterableIterator<unknown>[]) => unknown {
  if (fn.kind === 'user') return (iterators) => fn.fn(...(iterators as never[]))
  // A built-in zip function takes the iterators in place of its records.
  const builtin = partitionFunction(fn.name) as unknown as (
    iterators: IterableIterator<unknown>[],
    partition: number,
    ...args: readonly unknown[]
  ) => unknown
  return (iterators) => builtin(iterators, partition, ...fn.args)
}

/** A reader over what `start` returns, called when the first record is asked for. Whether it is asynchronous shows only then. */
function lazyReader(input: Reader, start: () => unknown): Reader {
  let result: Reader | null = null
  let isAsync = input.isAsync
  const begin = (): void | Promise<void> => {
    const started = start()
    if (isPromise(started)) {
      isAsync = true
      return started.then((settled) => {
        result = iterableReader(checkedIterable(settled), input)
      })
    }
    result = iterableReader(checkedIterable(started), input)
    isAsync ||= result.isAsync
  }
  let begun: void | Promise<void>
  let hasBegun = false
  const open = (): void | Promise<void> => {
    if (!hasBegun) {
      hasBegun = true
      begun = begin()
      // Whoever asks for a record hears of a failure; a reader that is closed before does not end the worker.
      if (isPromise(begun)) begun.catch(() => {})
    }
    return begun
  }
  return {
    get isAsync() {
      void open()
      return isAsync
    },
    next() {
      const opened = open()
      if (result !== null) return result.next()
      return (opened as Promise<void>).then(() => (result as Reader).next())
    },
    close: () => (result === null ? input.close() : result.close()),
  }
}

function checkedIterable(value: unknown): IterableResult {
  const object = Object(value) as object
  if (value != null && (Symbol.iterator in object || Symbol.asyncIterator in object)) return value as IterableResult
  throw new TypeError(
    `the function given to mapPartitions returned ${value === null ? 'null' : typeof value}; it must return an array, an iterator or another iterable, or a promise of one`,
  )
}
