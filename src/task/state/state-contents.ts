import { StateChangesUnknownError } from './errors.ts'
import type { Feed } from './feed.ts'
import type { StateEntry } from './state-table.ts'
import { StateVersion } from './state-version.ts'

/** `pairs`: key and state. `timed`: key and [state, time of its update]. */
export type StateEntryForm = 'pairs' | 'timed'

/** Entries that make up one record of a packed version. */
const PACKED_ENTRIES = 1024

/** The first record of a version as plain records, for engines whose partitions are bytes; lists of entries follow. */
type PackedHead = readonly [timeMs: number, outputs: readonly unknown[]]

/** A version's time, outputs and entries, whether it is itself there or packed. */
export interface StateContents {
  readonly version: StateVersion | null
  readonly timeMs: number
  readonly outputs: readonly unknown[]
  readonly entries: Iterable<StateEntry>
}

/** See {@link PackedHead}. */
export function* packState(versions: Iterable<unknown>): Generator<unknown> {
  for (const version of versions as Iterable<StateVersion>) {
    yield [version.timeMs, version.outputs] satisfies PackedHead
    let entries: StateEntry[] = []
    for (const entry of version.table.entries(version)) {
      entries.push(entry)
      if (entries.length < PACKED_ENTRIES) continue
      yield entries
      entries = []
    }
    if (entries.length > 0) yield entries
  }
}

/** Reads the one version of a partition. */
export function readState(feed: Feed): StateContents {
  const { first, rest } = firstOf(feed)
  if (first instanceof StateVersion) {
    return { version: first, timeMs: first.timeMs, outputs: first.outputs, entries: first.table.entries(first) }
  }
  const [timeMs, outputs] = first as PackedHead
  return { version: null, timeMs, outputs, entries: packedEntries(rest) }
}

function* packedEntries(feed: Feed): Generator<StateEntry> {
  for (let chunk = feed(); chunk !== null; chunk = feed()) for (const record of chunk as StateEntry[][]) yield* record
}

/** The first record of a feed, and the others. */
export function firstOf(feed: Feed): { readonly first: unknown; readonly rest: Feed } {
  for (let chunk = feed(); chunk !== null; chunk = feed()) {
    if (chunk.length === 0) continue
    const [first, ...others] = chunk
    let pending: unknown[] | null = others
    const rest: Feed = () => {
      const next = pending ?? feed()
      pending = null
      return next
    }
    return { first, rest }
  }
  throw new Error('a partition of a state or of its times is empty')
}

/** The states of a version's keys. */
export function* entriesOfVersion(feed: Feed, form: StateEntryForm): Generator<unknown> {
  for (const [key, value, timeMs] of readState(feed).entries) {
    yield form === 'timed' ? [key, [value, timeMs]] : [key, value]
  }
}

/** What a version's batch gave besides. */
export function outputsOfVersion(feed: Feed): Iterable<unknown> {
  return readState(feed).outputs
}

/**
 * What changed in a state up to a version: each key with its [state, time of its update] of now, or with nothing for one that was removed.
 * @throws StateChangesUnknownError when that is not known.
 */
export function* changesOfVersion(feed: Feed, sinceMs: number): Generator<[key: unknown, states: unknown[]]> {
  const { version } = readState(feed)
  const changes = version?.table.changesSince(version, sinceMs) ?? null
  if (changes === null) throw new StateChangesUnknownError(sinceMs)
  for (const [key, value, timeMs] of changes.entries) yield [key, [[value, timeMs]]]
  for (const key of changes.removed) yield [key, []]
}

/** What several changes, one after another, changed, from groups of [newest changes, oldest of the others…]. */
export function* mergedChanges(
  groups: Iterable<[key: unknown, [now: unknown[][], ...merged: unknown[][][]]]>,
): Generator<[key: unknown, states: unknown[]]> {
  for (const [key, [now, ...merged]] of groups) {
    const last = now[0] ?? merged.findLast((changes) => changes.length > 0)?.[0]
    yield [key, last as unknown[]]
  }
}
