/** What a running task counts of its records and bytes, a chunk at a time. */
export interface TaskCounters {
  recordsRead: number
  bytesRead: number
  recordsWritten: number
  bytesWritten: number
  shuffleRecordsRead: number
  shuffleBytesRead: number
  shuffleRecordsWritten: number
  shuffleBytesWritten: number
  diskBytesSpilled: number
  peakMemoryBytes: number
}

let counters: TaskCounters | null = null

/** The counters of the task that runs on this worker; null when nobody wants to hear of them, and nothing is to be counted. */
export function taskCounters(): TaskCounters | null {
  return counters
}

/** Counts from zero for the task that begins. */
export function beginCounting(): void {
  counters = {
    recordsRead: 0,
    bytesRead: 0,
    recordsWritten: 0,
    bytesWritten: 0,
    shuffleRecordsRead: 0,
    shuffleBytesRead: 0,
    shuffleRecordsWritten: 0,
    shuffleBytesWritten: 0,
    diskBytesSpilled: 0,
    peakMemoryBytes: 0,
  }
}

/** @returns what the task that ends has counted, null when it did not. */
export function endCounting(): TaskCounters | null {
  const counted = counters
  counters = null
  return counted
}

/** Notes how large the heap is. */
export function noteHeap(usedBytes: number): void {
  if (counters !== null && usedBytes > counters.peakMemoryBytes) counters.peakMemoryBytes = usedBytes
}

/** Notes records that a map task encoded for the reduce side. */
export function noteShuffled(records: number, bytes: number): void {
  if (counters === null) return
  counters.shuffleRecordsWritten += records
  counters.shuffleBytesWritten += bytes
}

/** Notes bytes that went to disk because memory was short. */
export function noteSpill(bytes: number): void {
  if (counters !== null) counters.diskBytesSpilled += bytes
}

/** Records on their way into a file, counted where somebody wants to hear of it. */
export function countWritten<T>(records: Iterable<T>): Iterable<T> {
  return counters === null ? records : countingWritten(records, counters)
}

function* countingWritten<T>(records: Iterable<T>, counted: TaskCounters): Generator<T> {
  for (const record of records) {
    counted.recordsWritten += 1
    yield record
  }
}

/** Notes bytes that go into a file, before they are compressed. */
export function noteBytesWritten(bytes: number): void {
  if (counters !== null) counters.bytesWritten += bytes
}
