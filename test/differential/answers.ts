import assert from 'node:assert/strict'
import { toJson } from './to-json.ts'

/** Values where Spark gives no order: sorted by their JSON, as the recorders do. */
export function sorted<T>(values: Iterable<T>): T[] {
  const keyed = [...values].map((value) => [toJson(value), value] as const)
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value)
}

/** A pair whose value is a group, or the groups of several sides, with each of them sorted. */
export function sortedGroups([key, values]: readonly [unknown, readonly unknown[]], sides: 'one' | 'several'): unknown {
  return sides === 'one' ? [key, sorted(values)] : [key, ...(values as unknown[][]).map(sorted)]
}

/** What went wrong, or within a job what made a task fail. */
export function rootMessage(error: Error): string {
  const told = error.message.startsWith('Job aborted') && error.cause instanceof Error ? error.cause : error
  return told.message
}

/** Whether a message begins with Spark's words; a whole number has no `.0` here. */
export function assertStartsAs(message: string, words: string): void {
  const start = words.replaceAll(/(?<=\d)\.0(?=\))/g, '')
  assert.equal(message.slice(0, start.length), start)
}
