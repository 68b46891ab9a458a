import { type DataBlock, effectiveNode, type LineageNode, parentsOf } from './lineage.ts'

/** Keeps the memory behind a {@link DataBlock} from being used for something else while a job reads it. */
export interface BlockLease {
  retain(): void
  release(): void
}

const leases = new WeakMap<DataBlock, BlockLease>()

/** Declares that the bytes of `block` stay unchanged only while its lease is retained. */
export function leaseBlock(block: DataBlock, lease: BlockLease): void {
  leases.set(block, lease)
}

/**
 * Retains every leased block that a job over `node` may read. An engine calls this before it reads the first block's `bytes`.
 * @returns releases them; to be called once, when no task of the job runs any more.
 */
export function retainBlocks(node: LineageNode): () => void {
  const retained: BlockLease[] = []
  const seen = new Set<LineageNode>()
  const waiting = [node]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const effective = effectiveNode(next)
    if (seen.has(effective)) continue
    seen.add(effective)
    if (effective.kind !== 'blocks') {
      for (const parent of parentsOf(effective)) waiting.push(parent)
      continue
    }
    for (const block of effective.blocks) {
      const lease = leases.get(block)
      if (lease === undefined) continue
      lease.retain()
      retained.push(lease)
    }
  }
  return () => {
    for (const lease of retained.splice(0)) lease.release()
  }
}
