import { SparkException } from '../../errors.ts'
import { KeyTable } from '../key/index.ts'
import { assertPair, type PairRecord } from '../pair.ts'
import type { Chunk } from '../reader.ts'
import { settled } from '../settled.ts'
import type { Feed } from './feed.ts'
import type { WantedEntries } from './packed-state.ts'
import { State } from './state.ts'
import { firstOf, readState } from './state-contents.ts'
import type { StateRuntime } from './state-memory.ts'
import { type StateEntry, StateTable } from './state-table.ts'
import { StateVersion } from './state-version.ts'
import { ValueTrace } from './value-trace.ts'

/** A batch's time in milliseconds, and for states that time out the time before which they do. */
export type BatchTime = readonly [timeMs: number, timeoutBeforeMs: number | null]

interface StateSpecBase {
  readonly runtime: StateRuntime
}

/** The function that {@link mapWithState} calls with a key's record. */
export interface MappingSpec extends StateSpecBase {
  /** The user's function for the batch at a time. */
  readonly mappingOf: (timeMs: number) => (key: unknown, value: unknown, state: State<unknown>) => unknown
  /** Whether the function may give no output, by giving undefined. */
  readonly isOptional: boolean
}

/** The function that {@link updateState} calls with a key. */
export interface UpdateSpec extends StateSpecBase {
  readonly updateOf: (timeMs: number) => (key: unknown, values: unknown[], state: unknown) => unknown
}

/** The functions that {@link slideWindow} calls with a key's values. */
export interface WindowSpec extends StateSpecBase {
  readonly reduce: (a: unknown, b: unknown) => unknown
  readonly inverse: (a: unknown, b: unknown) => unknown
  readonly filter: ((pair: PairRecord) => unknown) | null
}

/** Calls a function with each record's key, value and state; what it does to the states becomes the new version. */
export function mapWithState([previous, data, time]: readonly Feed[], spec: MappingSpec): StateVersion {
  const [timeMs, timeoutBeforeMs] = timeOf(time as Feed)
  const { base, records } = opened(previous as Feed, data as Feed, timeoutBeforeMs, spec.runtime)
  const mapping = spec.mappingOf(timeMs)
  const state = new State<unknown>()
  const outputs: unknown[] = []
  return inBatch(base, timeMs, outputs, (table) => {
    for (let chunk = records(); chunk !== null; chunk = records()) {
      for (const record of chunk) {
        assertPair(record)
        const [key, value] = record
        const slot = table.find(key)
        if (slot < 0) state.wrap(false, undefined)
        else state.wrap(true, table.valueAt(slot))
        const output = settled(mapping(key, value, state), 'mapWithState')
        if (state.isRemoved) {
          if (slot >= 0) table.remove(slot)
        } else if (state.isUpdated || (timeoutBeforeMs !== null && slot >= 0)) {
          if (slot < 0) table.insert(key, state.getOption())
          else table.put(slot, state.getOption())
        }
        if (output !== undefined || !spec.isOptional) outputs.push(output)
      }
    }
    if (timeoutBeforeMs === null) return
    for (const slot of table.takeOlderThan(timeoutBeforeMs)) {
      const [key, value] = table.read(slot)
      state.wrapTimingOut(value)
      const output = settled(mapping(key, undefined, state), 'mapWithState')
      if (output !== undefined || !spec.isOptional) outputs.push(output)
      table.remove(slot)
    }
  })
}

/** Gives every key that has values, from groups of a key's values, or a state its new state. */
export function updateState([previous, groups, time]: readonly Feed[], spec: UpdateSpec): StateVersion {
  const base = versionOf(previous as Feed, spec.runtime)
  const [timeMs] = timeOf(time as Feed)
  const updateKey = spec.updateOf(timeMs)
  const update = (key: unknown, values: unknown[], state: unknown) =>
    settled(updateKey(key, values, state), 'updateStateByKey')
  return inBatch(base, timeMs, [], (table) => {
    // Keys without values first, and those with values in between by a mark: new keys must not be visited as old ones.
    const visited = new Uint8Array(table.slots)
    const present = table.slots
    for (let chunk = (groups as Feed)(); chunk !== null; chunk = (groups as Feed)()) {
      for (const [key, values] of chunk as readonly [unknown, unknown[]][]) {
        const slot = table.find(key)
        if (slot < 0) {
          const state = update(key, values, undefined)
          if (state === undefined || state === null) continue
          const taken = table.insert(key, state)
          if (taken < present) visited[taken] = 1
          continue
        }
        visited[slot] = 1
        replace(table, slot, table.valueAt(slot), update(key, values, table.valueAt(slot)))
      }
    }
    const trace = new ValueTrace()
    for (let slot = 0; slot < present; slot++) {
      if (visited[slot] === 1 || table.isVacant(slot)) continue
      const [key, value] = table.read(slot)
      const isTraced = typeof value === 'object' && trace.take(value)
      const after = update(key, [], value)
      // Most keys without values keep their states. What is as it was is not written, neither to a file nor to a checkpoint.
      if (!isTraced || !trace.matches(after)) replace(table, slot, value, after, key)
    }
  })
}

function replace(table: StateTable, slot: number, before: unknown, after: unknown, key?: unknown): void {
  if (after === undefined || after === null) table.remove(slot)
  // An object may have been changed in place, against the rules, and then is the only one that knows.
  else if (!Object.is(before, after) || typeof after === 'object') table.put(slot, after, key)
}

/** The values of a key that left the window and that entered it. Absent values are not in the lists. */
interface Slide {
  readonly left: unknown[]
  readonly entered: unknown[]
}

/** Takes out of each key's value what left the window and puts in what entered; the values of other keys stay. */
export function slideWindow(feeds: readonly Feed[], spec: WindowSpec, leftCount: number): StateVersion {
  const [timeMs] = timeOf(feeds.at(-1) as Feed)
  const slides = new KeyTable<Slide>()
  feeds.slice(1, -1).forEach((feed, index) => {
    for (let chunk = feed(); chunk !== null; chunk = feed()) {
      for (const [key, value] of chunk as readonly PairRecord[]) {
        const slide = slideOf(slides, key)
        merge(index < leftCount ? slide.left : slide.entered, value, spec)
      }
    }
  })
  const state = readState(feeds[0] as Feed)
  const base = state instanceof StateVersion ? state : state.open(wantedKeys(keysOfSlides(slides)), spec.runtime)
  return inBatch(base, timeMs, [], (table) => {
    for (let i = 0; i < slides.size; i++) slideKey(table, slides.keyAt(i), slides.valueAt(i), spec)
  })
}

function* keysOfSlides(slides: KeyTable<Slide>): Generator<unknown> {
  for (let i = 0; i < slides.size; i++) yield slides.keyAt(i)
}

function slideOf(slides: KeyTable<Slide>, key: unknown): Slide {
  const before = slides.size
  const at = slides.insert(key)
  if (at === before) slides.setAt(at, { left: [], entered: [] })
  return slides.valueAt(at)
}

function merge(values: unknown[], value: unknown, { reduce }: WindowSpec): void {
  if (values.length === 0) values.push(value)
  else values[0] = settled(reduce(values[0], value), 'reduceByKeyAndWindow')
}

function slideKey(table: StateTable, key: unknown, { left, entered }: Slide, { reduce, inverse, filter }: WindowSpec) {
  const slot = table.find(key)
  let value: unknown
  if (slot < 0) {
    if (entered.length === 0) throw valueLost()
    value = entered[0]
  } else {
    value = table.valueAt(slot)
    if (left.length > 0) value = settled(inverse(value, left[0]), 'reduceByKeyAndWindow')
    if (entered.length > 0) value = settled(reduce(value, entered[0]), 'reduceByKeyAndWindow')
  }
  if (filter !== null && !settled(filter([key, value]), 'reduceByKeyAndWindow')) {
    if (slot >= 0) table.remove(slot)
  } else if (slot < 0) table.insert(key, value)
  else table.put(slot, value)
}

function valueLost(): SparkException {
  return new SparkException(
    'WINDOW_VALUE_LOST',
    'Neither previous window has value for key, nor new values found. Are you sure your key class hashes consistently?',
  )
}

/** Runs a batch's changes on a version's table; a batch that fails leaves no trace. */
function inBatch(
  base: StateVersion,
  timeMs: number,
  outputs: unknown[],
  change: (table: StateTable) => void,
): StateVersion {
  const { table } = base
  table.begin(base, timeMs)
  try {
    change(table)
    return table.commit(outputs)
  } catch (error) {
    table.rollback()
    throw error
  }
}

/** A version with all of its entries. */
function versionOf(feed: Feed, runtime: StateRuntime): StateVersion {
  const state = readState(feed)
  return state instanceof StateVersion ? state : state.open(null, runtime)
}

/** A version with the entries of a batch's keys and those that time out, and the batch's records. */
function opened(previous: Feed, data: Feed, timeoutBeforeMs: number | null, runtime: StateRuntime) {
  const state = readState(previous)
  if (state instanceof StateVersion) return { base: state, records: data }
  const chunks: Chunk[] = []
  for (let chunk = data(); chunk !== null; chunk = data()) chunks.push(chunk)
  const base = state.open(wantedKeys(keysOf(chunks), timeoutBeforeMs), runtime)
  return { base, records: () => chunks.shift() ?? null }
}

function wantedKeys(keys: Iterable<unknown>, olderThanMs: number | null = null): WantedEntries {
  return { keys, olderThanMs }
}

function* keysOf(chunks: readonly Chunk[]): Generator<unknown> {
  for (const chunk of chunks) {
    for (const record of chunk) {
      assertPair(record)
      yield record[0]
    }
  }
}

function timeOf(feed: Feed): BatchTime {
  return firstOf(feed).first as BatchTime
}

/** A version of pairs of key and state, or, with `hasTimes`, of key and [state, time of its update]. */
export function stateOf(pairs: Feed, timeMs: number, hasTimes: boolean, isFirstKept: boolean, runtime: StateRuntime) {
  const keys = hasTimes ? 'unique' : isFirstKept ? 'first' : 'last'
  return StateTable.of(entriesOfPairs(pairs, timeMs, hasTimes), timeMs, runtime, keys)
}

function* entriesOfPairs(feed: Feed, timeMs: number, hasTimes: boolean): Generator<StateEntry> {
  for (let chunk = feed(); chunk !== null; chunk = feed()) {
    for (const record of chunk) {
      assertPair(record)
      const [key, value] = record
      if (!hasTimes) yield [key, value, timeMs]
      else {
        const timed = value as [state: unknown, updatedMs: number]
        yield [key, timed[0], timed[1]]
      }
    }
  }
}
