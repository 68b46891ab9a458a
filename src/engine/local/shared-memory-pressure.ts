import { collectGarbage } from '../../task/collect-garbage.ts'

/** When this thread has released this many bytes of shared memory since the last garbage collection, another collection is worth its milliseconds. */
const COLLECT_AFTER_BYTES = 128 * 1024 * 1024

let releasedBytes = 0

/**
 * Tells that this thread dropped its references to shared memory. V8 does not count shared buffers as garbage's weight, so a driver that
 * allocates little else would let them pile up: past a limit its (small) heap is collected.
 */
export function sharedMemoryReleased(bytes: number): void {
  releasedBytes += bytes
  if (releasedBytes < COLLECT_AFTER_BYTES) return
  releasedBytes = 0
  setImmediate(collectGarbage)
}
