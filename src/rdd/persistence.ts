import { UnsupportedOperationException } from '../errors.ts'
import { StorageLevel } from '../task/storage-level.ts'
import type { RDD } from './rdd.ts'
import { localCheckpointLevel } from './saving/checkpointing.ts'

/** Keeps the partitions that jobs compute from now on. @throws UnsupportedOperationException when another level is set. */
export function persist(rdd: RDD<unknown>, level: StorageLevel): void {
  const { storage } = rdd.lineage
  if (storage.checkpoint === 'local') {
    storage.level = localCheckpointLevel(level)
  } else {
    if (!storage.level.equals(StorageLevel.NONE) && !storage.level.equals(level)) {
      throw new UnsupportedOperationException(
        'STORAGE_LEVEL_ALREADY_SET',
        `Cannot change storage level of an RDD after it was already assigned a level: ${rdd} has ${storage.level}; unpersist() it first`,
      )
    }
    storage.level = level
  }
  rdd.context.persisted(rdd)
}

/** Frees what was kept; without `blocking` the promise does not wait until it is gone. */
export async function unpersist(rdd: RDD<unknown>, blocking: boolean): Promise<void> {
  const { storage, node, id } = rdd.lineage
  storage.level = StorageLevel.NONE
  const freed = rdd.context.unpersist(id, node)
  if (blocking) await freed
  // Nobody waits for it, and what cannot be freed now goes with the context.
  else freed.catch(() => {})
}
