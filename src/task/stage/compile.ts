import { cogroupReader } from '../aggregation/cogroup-reader.ts'
import { CombineTable } from '../aggregation/combine-table.ts'
import { combiningReader } from '../aggregation/combining-reader.ts'
import { type Merge, mergeOfCombiners, mergeOfValues } from '../aggregation/merge.ts'
import { sortingReader } from '../aggregation/sorting-reader.ts'
import type { Aggregator } from '../aggregator.ts'
import { cachingReader } from '../cache/caching-reader.ts'
import { LostBlockError } from '../cache/lost-block.ts'
import type { TaskInput } from '../input.ts'
import { partitionFunction } from '../partition-functions.ts'
import type { NarrowOp, Program, ZipFunction } from '../program.ts'
import {
  type Chunk,
  ChunkIterator,
  chunksReader,
  concatReaders,
  isPromise,
  iterableReader,
  type Reader,
} from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { cartesianReader } from './cartesian-reader.ts'
import { combineTail } from './combine-tail.ts'
import { collectTail, type ElementOp, fuseLoop, isElementOp, type LoopTail } from './fused-loop.ts'
import { segmentsReader, sourceReader } from './open-source.ts'
import { spillingOperation } from './spilling-operations.ts'

/** Opens a compiled program over one task's input. */
export type Open = (input: TaskInput) => Reader

/** A program split at its end: the reader below, and the element-wise operations that fuse with whatever takes the records. */
export interface OpenTail {
  readonly open: Open
  readonly ops: readonly ElementOp[]
}

/** Compiles a program once; the result serves any number of tasks, one after another. */
export function compileProgram(program: Program, runtime: TaskRuntime): Open {
  const { open, ops } = compileBelow(program, runtime)
  if (ops.length === 0) return open
  const out = { records: [] as unknown[] }
  const loop = fuseLoop(ops, collectTail(out))
  return (input) => mappedReader(open(input), loop, out, runtime)
}

/** Compiles a program but for its last element-wise operations, for a caller that fuses them with its own loop. */
export function compileBelow(program: Program, runtime: TaskRuntime): OpenTail {
  const ops: ElementOp[] = []
  let below = program
  while (below.kind === 'narrow' && isElementOp(below.op)) {
    ops.unshift(below.op)
    below = below.input
  }
  return { open: compileNode(below, runtime), ops }
}

function compileNode(program: Program, runtime: TaskRuntime): Open {
  switch (program.kind) {
    case 'source':
      return (input) => sourceReader(input, runtime)
    case 'absent':
      return (input) => {
        const { rddId, partition } = expectKind(input, 'absent')
        throw new LostBlockError(rddId, partition)
      }
    case 'narrow':
      return compilePartitionWise(program.op, compileProgram(program.input, runtime), runtime)
    case 'choice': {
      const branches = program.branches.map((branch) => compileProgram(branch, runtime))
      return (input) => {
        const chosen = expectKind(input, 'choice')
        const branch = branches[chosen.branch]
        if (branch === undefined) throw new RangeError(`the program has no branch ${chosen.branch}`)
        return branch(chosen.input)
      }
    }
    case 'concat': {
      const open = compileProgram(program.body, runtime)
      const isAsync = mayBeAsync(program.body)
      return (input) =>
        concatReaders(
          expectKind(input, 'many').inputs.map((part) => () => open(part)),
          isAsync || hasCompressedText(input),
        )
    }
    case 'cached': {
      const open = compileProgram(program.body, runtime)
      return (input) => cachedReader(expectKind(input, 'cached'), open, runtime)
    }
    case 'cartesian': {
      const left = compileProgram(program.left, runtime)
      const right = compileProgram(program.right, runtime)
      return (input) => {
        const [first, second] = expectKind(input, 'many').inputs as [TaskInput, TaskInput]
        return cartesianReader(left(first), right(second), runtime)
      }
    }
    case 'zipPartitions': {
      const opens = program.inputs.map((input) => compileProgram(input, runtime))
      return (input) => {
        const { inputs, partition } = expectKind(input, 'many')
        return zippedReader(
          opens.map((open, i) => open(inputs[i] as TaskInput)),
          program.fn,
          partition,
          runtime,
        )
      }
    }
    case 'shuffleRead':
      return compileShuffleRead(program, runtime)
    case 'cogroup': {
      const opens = program.inputs.map((input) => compileProgram(input, runtime))
      return (input) =>
        cogroupReader(
          expectKind(input, 'many').inputs.map((part, i) => (opens[i] as Open)(part)),
          runtime,
        )
    }
  }
}

function compileShuffleRead(program: Extract<Program, { kind: 'shuffleRead' }>, runtime: TaskRuntime): Open {
  const { aggregator, isCombined, ordering } = program
  const sorted = (reader: Reader): Reader => {
    if (ordering === null) return reader
    const compare = ordering as (a: unknown, b: unknown) => number
    return sortingReader(reader, (a, b) => compare((a as [unknown])[0], (b as [unknown])[0]), runtime)
  }
  if (aggregator === null) return (input) => sorted(segmentsReader(input, runtime))
  const merge = isCombined ? mergeOfCombiners(mergeOfValues(aggregator)) : mergeOfValues(aggregator)
  const taken = isCombined ? combinerAggregator(merge.combine) : aggregator
  // A table and its loop are used again by the next task, whose records then meet optimised code.
  let idle: LoopedTable | null = null
  return (input) => {
    const used = idle ?? loopedTable(merge, taken, runtime)
    idle = null
    const segments = segmentsReader(input, runtime)
    const feed = (): void => {
      for (let chunk = segments.next() as Chunk | null; chunk !== null; chunk = segments.next() as Chunk | null) {
        runtime.checkCancelled()
        used.loop(chunk)
      }
    }
    const giveBack = (): void => {
      void segments.close()
      idle = used
    }
    return sorted(combiningReader(merge, feed, false, runtime, 0, used.table, giveBack))
  }
}

interface LoopedTable {
  readonly table: CombineTable
  readonly loop: (chunk: Chunk) => void
}

function loopedTable(merge: Merge, aggregator: Aggregator, runtime: TaskRuntime): LoopedTable {
  const table = new CombineTable(merge, runtime.memory)
  return { table, loop: fuseLoop([], combineTail(aggregator, table)) }
}

/** Combiners from map tasks merge like plain values under their own merge function. */
function combinerAggregator(combine: (a: unknown, b: unknown) => unknown): Aggregator {
  const merge = combine as (a: never, b: never) => unknown
  return { kind: 'combine', createCombiner: (value) => value, mergeValue: merge, mergeCombiners: merge }
}

/** A built-in as it is called: over the records, with the partition's index and the arguments of the operation. */
type PartitionCall = (records: IterableIterator<unknown>, partition: number, ...args: readonly unknown[]) => unknown

function compilePartitionWise(op: NarrowOp, open: Open, runtime: TaskRuntime): Open {
  switch (op.kind) {
    case 'glom':
      return (input) => glomReader(open(input), runtime)
    case 'mapPartitions': {
      const fn = op.fn as (records: IterableIterator<unknown>, partition: number) => unknown
      return (input) => partitionWiseReader(open(input), (records) => fn(records, input.partition), runtime)
    }
    case 'builtin': {
      const spilling = spillingOperation(op, runtime)
      if (spilling !== null) return (input) => spilling(open(input))
      const fn = partitionFunction(op.name) as PartitionCall
      const { args } = op
      return (input) => partitionWiseReader(open(input), (records) => fn(records, input.partition, ...args), runtime)
    }
    default:
      throw new Error(`the operation ${op.kind} is element-wise`)
  }
}

/** Runs a fused loop over each chunk; chunks that come out empty are passed over. */
function mappedReader(
  input: Reader,
  loop: (chunk: Chunk) => void,
  out: { records: unknown[] },
  runtime: TaskRuntime,
): Reader {
  const map = (chunk: Chunk): unknown[] => {
    runtime.checkCancelled()
    out.records = []
    loop(chunk)
    const records = out.records
    out.records = []
    return records
  }
  const next = (): Chunk | null | Promise<Chunk | null> => {
    for (;;) {
      const chunk = input.next()
      if (isPromise(chunk)) return chunk.then(mapAndGoOn)
      if (chunk === null) return null
      const records = map(chunk)
      if (records.length > 0) return records
    }
  }
  const mapAndGoOn = (chunk: Chunk | null): Chunk | null | Promise<Chunk | null> => {
    if (chunk === null) return null
    const records = map(chunk)
    return records.length > 0 ? records : next()
  }
  return { isAsync: input.isAsync, next, close: () => input.close() }
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

/** @returns all records of a reader as one array; a promise only for an asynchronous reader. */
export function drain(input: Reader, runtime: TaskRuntime): unknown[] | Promise<unknown[]> {
  const records: unknown[] = []
  const take = (chunk: Chunk): void => {
    runtime.checkCancelled()
    for (const record of chunk) records.push(record)
  }
  const readAll = (): unknown[] | Promise<unknown[]> => {
    for (;;) {
      const next = input.next()
      if (isPromise(next)) {
        return next.then((chunk) => {
          if (chunk === null) return records
          take(chunk)
          return readAll()
        })
      }
      if (next === null) return records
      take(next)
    }
  }
  return readAll()
}

/**
 * An iterator over a reader for functions that pull records one by one. Their protocol is synchronous, so what is asynchronous
 * below (a gzip file, an async mapPartitions) is read to its end first.
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

function zippedReader(inputs: readonly Reader[], fn: ZipFunction, partition: number, runtime: TaskRuntime): Reader {
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
    }
    return begun
  }
  return {
    get isAsync() {
      open()
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

function cachedReader(input: Extract<TaskInput, { kind: 'cached' }>, open: Open, runtime: TaskRuntime): Reader {
  const { rddId, partition, level, stored } = input
  const here = runtime.blocks.get(rddId, partition)
  if (here !== undefined) return chunksReader(here)
  if (stored !== null) return segmentsReader({ kind: 'segments', partition, segments: [stored] }, runtime)
  return cachingReader(open(input.input), rddId, partition, level, runtime)
}

function expectKind<K extends TaskInput['kind']>(input: TaskInput, kind: K): Extract<TaskInput, { kind: K }> {
  if (input.kind !== kind) throw new Error(`the program expects ${kind} input and was given ${input.kind}`)
  return input as Extract<TaskInput, { kind: K }>
}

/** Whether readers of a program may turn out asynchronous: only partition-wise operations are, by what the user's function returns. */
function mayBeAsync(program: Program): boolean {
  switch (program.kind) {
    case 'source':
    case 'absent':
    case 'shuffleRead':
      return false
    case 'narrow':
      return program.op.kind === 'mapPartitions' || program.op.kind === 'builtin' || mayBeAsync(program.input)
    case 'choice':
      return program.branches.some(mayBeAsync)
    case 'concat':
    case 'cached':
      return mayBeAsync(program.body)
    case 'cartesian':
      return mayBeAsync(program.left) || mayBeAsync(program.right)
    case 'zipPartitions':
      return true
    case 'cogroup':
      return program.inputs.some(mayBeAsync)
  }
}

function hasCompressedText(input: TaskInput): boolean {
  switch (input.kind) {
    case 'files':
      return input.format === 'text' && input.splits.some((split) => split.isCompressed)
    case 'choice':
    case 'cached':
      return hasCompressedText(input.input)
    case 'many':
      return input.inputs.some(hasCompressedText)
    default:
      return false
  }
}

export type { LoopTail }
