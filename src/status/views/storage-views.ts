import type { StatusStore } from '../status-store.ts'
import type { RDDStatus } from '../storage-status.ts'

/** `/applications/<app>/storage/rdd`: the RDDs that are persisted now. */
export function storageViews({ storage }: StatusStore) {
  return storage.rdds.map(viewOf)
}

/** `/applications/<app>/storage/rdd/<id>`, with its partitions; undefined for an RDD that is not persisted. */
export function storageView({ storage }: StatusStore, rddId: number) {
  const rdd = storage.rdds.find((one) => one.rddId === rddId)
  if (rdd === undefined) return undefined
  const partitions = [...rdd.blocks.values()].map(({ partition, worker, memoryBytes, diskBytes }) => ({
    blockName: `rdd_${rddId}_${partition}`,
    memoryUsed: memoryBytes,
    diskUsed: diskBytes,
    executors: [String(worker)],
  }))
  return { ...viewOf(rdd), partitions }
}

function viewOf({ rddId, blocks }: RDDStatus) {
  let [memoryUsed, diskUsed] = [0, 0]
  for (const { memoryBytes, diskBytes } of blocks.values()) {
    memoryUsed += memoryBytes
    diskUsed += diskBytes
  }
  return { id: rddId, name: String(rddId), numCachedPartitions: blocks.size, memoryUsed, diskUsed }
}
