import type { Ordering } from '../ordering.ts'
import { compareValues } from '../ordering.ts'

/** An ordering as it travels: null for the natural one, which every worker has. */
export type SentOrdering = Ordering<unknown> | null

/** Returns the `count` least records of a partition in the order of the ordering. Never holds more than `count` records. */
export function leastRecords(
  records: Iterable<unknown>,
  _partition: number,
  count: number,
  sent: SentOrdering,
): unknown[] {
  if (count <= 0) return []
  const ordering = sent ?? compareValues
  // A heap whose root is the greatest of the kept records, which a smaller record replaces.
  const heap: unknown[] = []
  for (const record of records) {
    if (heap.length < count) {
      heap.push(record)
      siftUp(heap, ordering)
    } else if (ordering(record, heap[0]) < 0) {
      heap[0] = record
      siftDown(heap, ordering)
    }
  }
  return heap.sort(ordering)
}

/** The `count` greatest records of a partition by the ordering, the greatest first. */
export function greatestRecords(
  records: Iterable<unknown>,
  partition: number,
  count: number,
  sent: SentOrdering,
): unknown[] {
  const ordering = sent ?? compareValues
  return leastRecords(records, partition, count, (a, b) => ordering(b, a))
}

function siftUp(heap: unknown[], ordering: Ordering<unknown>): void {
  let child = heap.length - 1
  while (child > 0) {
    const parent = (child - 1) >>> 1
    if (ordering(heap[child], heap[parent]) <= 0) return
    swap(heap, child, parent)
    child = parent
  }
}

function siftDown(heap: unknown[], ordering: Ordering<unknown>): void {
  let parent = 0
  for (;;) {
    let greatest = parent
    const left = 2 * parent + 1
    const right = left + 1
    if (left < heap.length && ordering(heap[left], heap[greatest]) > 0) greatest = left
    if (right < heap.length && ordering(heap[right], heap[greatest]) > 0) greatest = right
    if (greatest === parent) return
    swap(heap, parent, greatest)
    parent = greatest
  }
}

function swap(heap: unknown[], a: number, b: number): void {
  const moved = heap[a]
  heap[a] = heap[b]
  heap[b] = moved
}

/** The record that no other precedes, as `[record]`; `[]` for an empty partition. */
export function leastRecord(records: Iterable<unknown>, _partition: number, sent: SentOrdering): unknown[] {
  const ordering = sent ?? compareValues
  let least: unknown[] = []
  for (const record of records) if (least.length === 0 || ordering(record, least[0]) < 0) least = [record]
  return least
}

/** The record that no other follows, as `[record]`; `[]` for an empty partition. */
export function greatestRecord(records: Iterable<unknown>, partition: number, sent: SentOrdering): unknown[] {
  const ordering = sent ?? compareValues
  return leastRecord(records, partition, (a, b) => ordering(b, a))
}
