import { UnsupportedOperationException } from '../errors.ts'
import { StorageLevel } from '../task/storage-level.ts'
import type { RDDContext } from './rdd-context.ts'
import type { RDDCore } from './rdd-core.ts'
import { localCheckpointLevel } from './saving/checkpointing.ts'

/** The persistent RDDs of each context by id, as long as the program refers to them. */
const persistent = new WeakMap<RDDContext, Map<number, WeakRef<RDDCore<unknown>>>>()

/** The RDDs of a context that are persisted, by id (Spark's `getPersistentRDDs`). */
export function persistentRDDs(context: RDDContext): Map<number, RDDCore<unknown>> {
  const references = persistent.get(context) ?? new Map<number, WeakRef<RDDCore<unknown>>>()
  const rdds = new Map<number, RDDCore<unknown>>()
  for (const [id, reference] of references) {
    const rdd = reference.deref()
    if (rdd === undefined) references.delete(id)
    else rdds.set(id, rdd)
  }
  return rdds
}

/** Has {@link persistentRDDs} list the RDD until it is unpersisted. */
export function rememberPersistent(rdd: RDDCore<unknown>): void {
  const references = persistent.get(rdd.context) ?? new Map<number, WeakRef<RDDCore<unknown>>>()
  persistent.set(rdd.context, references.set(rdd.id, new WeakRef(rdd)))
}

/** Keeps the partitions that jobs compute from now on. @throws UnsupportedOperationException when another level is set. */
export function persist(rdd: RDDCore<unknown>, level: StorageLevel): void {
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
  rememberPersistent(rdd)
}

/** Frees what was kept; without `blocking` the promise does not wait until it is gone. */
export async function unpersist(rdd: RDDCore<unknown>, blocking: boolean): Promise<void> {
  const { storage, node, id } = rdd.lineage
  storage.level = StorageLevel.NONE
  persistent.get(rdd.context)?.delete(id)
  // A node that never became ready was never computed, so nothing of it was kept.
  if (node === null) return
  const freed = rdd.context.unpersist(node)
  if (blocking) await freed
  // No caller waits for the unpersist. Data that cannot be freed now is freed when the context stops.
  else freed.catch(() => {})
}
