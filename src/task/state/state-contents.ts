import { StateChangesUnknownError, StateOutputsUnknownError } from './errors.ts'
import type { Feed } from './feed.ts'
import { PackedState } from './packed-state.ts'
import { StateVersion } from './state-version.ts'

/** `pairs`: key and state. `timed`: key and [state, time of its update]. */
export type StateEntryForm = 'pairs' | 'timed'

/** Reads the one version of a partition, whether it is itself there or packed. */
export function readState(feed: Feed): StateVersion | PackedState {
  const { first, rest } = firstOf(feed)
  return first instanceof StateVersion ? first : new PackedState(first, rest)
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
  const state = readState(feed)
  const entries = state instanceof StateVersion ? state.table.entries(state) : state.entries()
  for (const [key, value, timeMs] of entries) {
    yield form === 'timed' ? [key, [value, timeMs]] : [key, value]
  }
}

/** Returns the outputs of a version's batch. @throws StateOutputsUnknownError when only the state was kept. */
export function outputsOfVersion(feed: Feed): Iterable<unknown> {
  const { outputs, timeMs } = readState(feed)
  if (outputs === null) throw new StateOutputsUnknownError(timeMs)
  return outputs
}

/**
 * The changes in a state up to a version: each key with its [state, time of its update] of now, or with nothing for one that was removed.
 * @throws StateChangesUnknownError when that is not known.
 */
export function* changesOfVersion(feed: Feed, sinceMs: number): Generator<[key: unknown, states: unknown[]]> {
  const state = readState(feed)
  const changes = state instanceof StateVersion ? state.table.changesSince(state, sinceMs) : state.changesSince(sinceMs)
  if (changes === null) throw new StateChangesUnknownError(sinceMs)
  for (const [key, value, timeMs] of changes.entries) yield [key, [[value, timeMs]]]
  for (const key of changes.removed) yield [key, []]
}

/** Merges successive changes into one, from groups of [newest changes, oldest of the others…]. */
export function* mergedChanges(
  groups: Iterable<[key: unknown, [now: unknown[][], ...merged: unknown[][][]]]>,
): Generator<[key: unknown, states: unknown[]]> {
  for (const [key, [now, ...merged]] of groups) {
    const last = now[0] ?? merged.findLast((changes) => changes.length > 0)?.[0]
    yield [key, last as unknown[]]
  }
}
