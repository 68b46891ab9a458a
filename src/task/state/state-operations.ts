import type { NarrowOp, ZipFunction } from '../program.ts'
import { type Chunk, isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { type Feed, feedOfIterator, feedsOf } from './feed.ts'
import { changesOfVersion, entriesOfVersion, outputsOfVersion, type StateEntryForm } from './state-contents.ts'
import {
  type MappingSpec,
  mapWithState,
  slideWindow,
  stateOf,
  type UpdateSpec,
  updateState,
} from './state-functions.ts'
import { plainStateRuntime, type StateRuntime, stateRuntimeOf } from './state-memory.ts'
import type { StateVersion } from './state-version.ts'

/** States of a chunk: they may be long, and those on disk are read for it. */
const CHUNK_STATES = 256

type Builtin<Op> = Extract<Op, { kind: 'builtin' }>

/** Operations that make a state's next version of feeds: the state before, data, the batch's time. */
const UPDATES = {
  mapWithState: (feeds, runtime, [mappingOf, isOptional]) =>
    mapWithState(feeds, {
      runtime,
      mappingOf: mappingOf as MappingSpec['mappingOf'],
      isOptional: isOptional as boolean,
    }),
  updateState: (feeds, runtime, [updateOf]) =>
    updateState(feeds, { runtime, updateOf: updateOf as UpdateSpec['updateOf'] }),
  slideWindow: (feeds, runtime, [reduce, inverse, filter, leftCount]) =>
    slideWindow(feeds, { runtime, reduce, inverse, filter } as never, leftCount as number),
} as const satisfies Record<
  string,
  (feeds: readonly Feed[], runtime: StateRuntime, args: readonly unknown[]) => StateVersion
>

/** How a zip of a state's next version is computed by a worker, or null for another zip. */
export function stateUpdate(fn: ZipFunction, runtime: TaskRuntime): ((inputs: readonly Reader[]) => Reader) | null {
  if (fn.kind !== 'builtin' || !Object.hasOwn(UPDATES, fn.name)) return null
  const update = UPDATES[fn.name as keyof typeof UPDATES]
  const { args } = fn
  return (inputs) => versionReader(inputs, runtime, (feeds) => update(feeds, stateRuntimeOf(runtime), args))
}

/** How an operation on a state is computed by a worker, or null for another operation. */
export function stateOperation(op: Builtin<NarrowOp>, runtime: TaskRuntime): ((input: Reader) => Reader) | null {
  const { args } = op
  switch (op.name) {
    case 'restoreState': {
      const [timeMs, hasTimes, isFirstKept] = args as [number, boolean, boolean]
      return (input) =>
        versionReader([input], runtime, ([pairs]) =>
          stateOf(pairs as Feed, timeMs, hasTimes, isFirstKept, stateRuntimeOf(runtime)),
        )
    }
    case 'stateEntries':
      return (input) => chunkedReader(input, (feed) => entriesOfVersion(feed, args[0] as StateEntryForm))
    case 'stateOutputs':
      return (input) => chunkedReader(input, outputsOfVersion)
    default:
      return null
  }
}

/** A reader of the one version that `compute` gives. */
function versionReader(
  inputs: readonly Reader[],
  runtime: TaskRuntime,
  compute: (feeds: readonly Feed[]) => StateVersion,
): Reader {
  let isDone = false
  const checked = inputs.map(
    (input): Reader => ({
      get isAsync() {
        return input.isAsync
      },
      next() {
        runtime.checkCancelled()
        return input.next()
      },
      close: () => input.close(),
    }),
  )
  return {
    isAsync: inputs.some((input) => input.isAsync),
    next() {
      if (isDone) return null
      isDone = true
      const feeds = feedsOf(checked)
      return isPromise(feeds) ? feeds.then((all) => [compute(all)]) : [compute(feeds)]
    },
    async close() {
      for (const input of inputs) await input.close()
    },
  }
}

/** A reader of records that come from a state, gathered to chunks: the first is short, so that a few records cost little. */
function chunkedReader(input: Reader, contents: (feed: Feed) => Iterable<unknown>): Reader {
  let iterator: Iterator<unknown> | null = null
  let size = 16
  const nextChunk = (records: Iterator<unknown>): Chunk | null => {
    const chunk: unknown[] = []
    while (chunk.length < size) {
      const step = records.next()
      if (step.done) break
      chunk.push(step.value)
    }
    if (size < CHUNK_STATES) size *= 4
    return chunk.length === 0 ? null : chunk
  }
  return {
    isAsync: input.isAsync,
    next() {
      if (iterator !== null) return nextChunk(iterator)
      const feeds = feedsOf([input])
      const begin = ([feed]: readonly Feed[]): Chunk | null => {
        iterator = contents(feed as Feed)[Symbol.iterator]()
        return nextChunk(iterator)
      }
      return isPromise(feeds) ? feeds.then(begin) : begin(feeds)
    },
    close: () => input.close(),
  }
}

type Iterators = readonly Iterable<unknown>[]

/** {@link UPDATES} over iterators, for engines that know nothing of state. */
export const stateZips = {
  mapWithState: (inputs: Iterators, _: number, ...args: readonly unknown[]) =>
    plainUpdate('mapWithState', inputs, args),
  updateState: (inputs: Iterators, _: number, ...args: readonly unknown[]) => plainUpdate('updateState', inputs, args),
  slideWindow: (inputs: Iterators, _: number, ...args: readonly unknown[]) => plainUpdate('slideWindow', inputs, args),
}

function plainUpdate(name: keyof typeof UPDATES, inputs: Iterators, args: readonly unknown[]): StateVersion[] {
  return [UPDATES[name](inputs.map(feedOfIterator), plainStateRuntime(), args)]
}

/** A version of pairs; see {@link stateOf}. */
export function restoreState(
  pairs: Iterable<unknown>,
  _partition: number,
  timeMs: number,
  hasTimes: boolean,
  isFirstKept: boolean,
): StateVersion[] {
  return [stateOf(feedOfIterator(pairs), timeMs, hasTimes, isFirstKept, plainStateRuntime())]
}

/** The entries of a version; see {@link entriesOfVersion}. */
export function stateEntries(versions: Iterable<unknown>, _partition: number, form: StateEntryForm): Iterable<unknown> {
  return entriesOfVersion(feedOfIterator(versions), form)
}

/** The outputs of a version. */
export function stateOutputs(versions: Iterable<unknown>): Iterable<unknown> {
  return outputsOfVersion(feedOfIterator(versions))
}

/** The changes up to a version; see {@link changesOfVersion}. */
export function stateChanges(versions: Iterable<unknown>, _partition: number, sinceMs: number): Iterable<unknown> {
  return changesOfVersion(feedOfIterator(versions), sinceMs)
}
