import { effectiveNode, type LineageNode } from '../lineage.ts'
import type { CacheDirectory } from './cache-directory.ts'

/**
 * Chooses the worker for a task: the worker that holds the partition which the task reads first. A partition that is about to be kept as objects goes to a
 * worker chosen by the partition's number, so that partitions of one number of several RDDs lie side by side. Null when any worker will do.
 */
export function preferredSlot(
  node: LineageNode,
  partition: number,
  cache: CacheDirectory,
  workers: number,
): number | null {
  const read = effectiveNode(node)
  const { level } = read.storage
  if (level.useMemory || level.useDisk) {
    const slot = cache.slotOf(read.id, partition)
    if (slot !== null) return slot
    if (cache.stored(read.id, partition) !== null) return null
    if (level.useMemory && level.deserialized) return partition % workers
  }
  switch (read.kind) {
    case 'narrow':
      return preferredSlot(read.parent, partition, cache, workers)
    case 'prune': {
      const parent = read.partitions[partition]
      return parent === undefined ? null : preferredSlot(read.parent, parent, cache, workers)
    }
    case 'coalesce': {
      const first = read.groups[partition]?.[0]
      return first === undefined ? null : preferredSlot(read.parent, first, cache, workers)
    }
    case 'union': {
      let rest = partition
      for (const parent of read.parents) {
        if (rest < parent.numPartitions) return preferredSlot(parent, rest, cache, workers)
        rest -= parent.numPartitions
      }
      return null
    }
    case 'cartesian':
      return preferredSlot(read.left, Math.floor(partition / read.right.numPartitions), cache, workers)
    case 'zipPartitions':
    case 'alignedUnion':
      return firstPreference(read.parents, partition, cache, workers)
    case 'cogroup':
      return firstPreference(
        read.parents.filter((parent) => parent.partitioner?.equals(read.partitioner)),
        partition,
        cache,
        workers,
      )
    case 'parallelize':
    case 'range':
    case 'blocks':
    case 'files':
    case 'localCheckpoint':
    case 'shuffle':
      return null
  }
}

function firstPreference(
  nodes: readonly LineageNode[],
  partition: number,
  cache: CacheDirectory,
  workers: number,
): number | null {
  for (const node of nodes) {
    const slot = preferredSlot(node, partition, cache, workers)
    if (slot !== null) return slot
  }
  return null
}
