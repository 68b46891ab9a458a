import { crc32 } from 'node:zlib'
import { type CanonicalKey, canonicalKey } from '../key/index.ts'
import { workerCodec } from '../worker-codec.ts'
import { chunksOf, partName, writePart } from './saving.ts'

/** The content of a file that {@link saveCheckpointPart} wrote. */
export interface WrittenPart {
  readonly bytes: number
  readonly records: number
  readonly crc32: number
}

/** Writes a partition as `savePartitionAsRecords` does. @returns what a later reader checks the file against. */
export async function saveCheckpointPart(
  records: Iterable<unknown>,
  partition: number,
  directory: string,
): Promise<WrittenPart> {
  let bytes = 0
  let checksum = 0
  let count = 0
  function* counted(): Generator<unknown> {
    for (const record of records) {
      count++
      yield record
    }
  }
  function* summed(): Generator<Uint8Array> {
    for (const chunk of chunksOf(counted())) {
      bytes += chunk.length
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  }
  await writePart(directory, partName(partition), summed(), 'none')
  return { bytes, records: count, crc32: checksum }
}

/** A key with the states that it has now; none when it was removed. */
type StateChange = [key: unknown, states: unknown[]]

/**
 * What changed between two states of the same keys, from groups of [now, before, changes in between to be merged in…]. A key that one of the
 * changes in between names is named again, with its state of now.
 */
export function* changesOfState(
  groups: Iterable<[key: unknown, [now: unknown[], before: unknown[], ...merged: unknown[][]]]>,
): Generator<StateChange> {
  for (const [key, [now, before, ...merged]] of groups) {
    if (merged.some((changes) => changes.length > 0) || !areSame(now, before)) yield [key, now]
  }
}

/**
 * The state that a snapshot and the changes after it give, from the changes, newest first, and behind them the snapshot. It takes memory for
 * the keys that changed.
 * @param changeCounts how many of each partition's records are changes.
 */
export function* latestState(
  records: Iterable<readonly [key: unknown, value: unknown]>,
  partition: number,
  changeCounts: readonly number[],
): Generator<readonly [key: unknown, state: unknown]> {
  const changed = new Set<CanonicalKey>()
  let changesLeft = changeCounts[partition]!
  for (const record of records) {
    const key = canonicalKey(record[0])
    if (changesLeft === 0) {
      if (!changed.has(key)) yield record
      continue
    }
    changesLeft--
    if (changed.has(key)) continue
    changed.add(key)
    for (const state of record[1] as readonly unknown[]) yield [record[0], state]
  }
}

function areSame(now: readonly unknown[], before: readonly unknown[]): boolean {
  if (now.length !== before.length) return false
  return now.every((state, index) => isSame(state, before[index]))
}

/** Objects are the same when they are written alike; two that are equal and written otherwise count as changed, which does no harm. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const codec = workerCodec()
  return Buffer.compare(codec.encode([a]), codec.encode([b])) === 0
}
