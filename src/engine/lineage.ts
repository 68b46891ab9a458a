import type { FileSplit } from '../files/input-splits.ts'
import type { Aggregator } from '../task/aggregator.ts'
import type { Ordering } from '../task/ordering.ts'
import type { Partitioner } from '../task/partitioner.ts'
import type { NarrowOp, ZipFunction } from '../task/program.ts'
import { StorageLevel } from '../task/storage-level.ts'

/** Encoded records or raw bytes of text lines, in memory that every thread can read, or in a file. */
export interface DataBlock {
  /**
   * `records`: chunks of the record codec; `lines`: UTF-8 text, each line ended by `\n`, the last perhaps not; `foreign`: chunks of the record
   * codec that somebody else encoded, whose instances get no class but those that the node names.
   */
  readonly format: 'records' | 'lines' | 'foreign'
  readonly bytes: Uint8Array | { readonly path: string; readonly offset: number; readonly length: number }
  /** The number of records in the block, or -1 when it is unknown. */
  readonly recordCount: number
}

/**
 * The storage of an RDD as the user's calls have set it: the only mutable part of a node. The engine reads it when it plans a job,
 * so a `persist` before an action holds for that action.
 */
export interface NodeStorage {
  level: StorageLevel
  /** `reliable` and `local` are requests that the next job on the RDD carries out. */
  checkpoint: 'none' | 'reliable' | 'local'
  /** The node that replaces this node since its checkpoint was written. */
  checkpointed: LineageNode | null
}

interface NodeBase {
  /** The RDD's id, unique in its SparkContext. */
  readonly id: number
  /** The RDD class's name in Spark, for `toDebugString`: `MapPartitionsRDD`, `ShuffledRDD`, … */
  readonly className: string
  /** Classes of the RDDs that Spark makes between this one and its parents, the nearest first. Only `toDebugString` shows them; ids before this one's are theirs. */
  readonly steps?: readonly string[]
  /** Whether Spark has no RDD for this node: `toDebugString` shows what it reads in its place. */
  readonly isHidden?: boolean
  /** `map at app.ts:12:24`, for names of stages and messages. */
  readonly callSite: string
  readonly numPartitions: number
  readonly partitioner: Partitioner<never> | null
  readonly storage: NodeStorage
}

/** An RDD as the engine sees it: frozen, complete, and without anything that runs. */
export type LineageNode =
  /** Slices of a collection that the driver holds. */
  | (NodeBase & { readonly kind: 'parallelize'; readonly slices: readonly (readonly unknown[])[] })
  /** Partition i is `start + step·k` for k in [i·n/p, (i+1)·n/p). */
  | (NodeBase & { readonly kind: 'range'; readonly start: number; readonly step: number; readonly count: number })
  /** One partition per block (a receiver's data, or checkpoint data in memory). */
  | (NodeBase & {
      readonly kind: 'blocks'
      readonly blocks: readonly DataBlock[]
      /** Ids of the classes that instances in `foreign` blocks may have; none unless given. */
      readonly classes?: readonly string[]
    })
  /**
   * Files: partition i reads `partitions[i]`. `text` gives lines, `wholeText` and `binary` give [path, content],
   * `binaryRecords` gives bytes of `recordLength`, `records` gives what the record codec wrote (checkpoints, object files),
   * `sequence` gives the pairs of Hadoop's SequenceFiles.
   */
  | (NodeBase & {
      readonly kind: 'files'
      readonly format: 'text' | 'wholeText' | 'binary' | 'binaryRecords' | 'records' | 'sequence'
      readonly partitions: readonly (readonly FileSplit[])[]
      readonly recordLength: number
    })
  /** The data that an engine keeps in place of lineage that was cut off ({@link file://./engine.ts | Engine.checkpointLocally}), by the node's id. */
  | (NodeBase & { readonly kind: 'localCheckpoint' })
  | (NodeBase & { readonly kind: 'narrow'; readonly parent: LineageNode; readonly op: NarrowOp })
  /** Partitions of the parents one after another. */
  | (NodeBase & { readonly kind: 'union'; readonly parents: readonly LineageNode[] })
  /** Partition i is all parents' partitions i; the parents share one partitioner (PartitionerAwareUnionRDD). */
  | (NodeBase & { readonly kind: 'alignedUnion'; readonly parents: readonly LineageNode[] })
  /** Partition i is the parent's partitions `groups[i]`, one after another. */
  | (NodeBase & {
      readonly kind: 'coalesce'
      readonly parent: LineageNode
      readonly groups: readonly (readonly number[])[]
    })
  /** Partition i is the parent's partition `partitions[i]` (PartitionPruningRDD). */
  | (NodeBase & { readonly kind: 'prune'; readonly parent: LineageNode; readonly partitions: readonly number[] })
  /** Partition i·right.numPartitions + j pairs partition i of left with j of right. */
  | (NodeBase & { readonly kind: 'cartesian'; readonly left: LineageNode; readonly right: LineageNode })
  | (NodeBase & { readonly kind: 'zipPartitions'; readonly parents: readonly LineageNode[]; readonly fn: ZipFunction })
  /**
   * Pairs brought together by key under `partitioner`. With an aggregator it gives [key, combined], combined before the
   * shuffle too when `mapSideCombine`; with an ordering the pairs of a partition come sorted by key.
   */
  | (NodeBase & {
      readonly kind: 'shuffle'
      readonly parent: LineageNode
      readonly partitioner: Partitioner<never>
      readonly aggregator: Aggregator | null
      readonly mapSideCombine: boolean
      readonly ordering: Ordering<never> | null
    })
  /** [key, [values of parent 0, values of parent 1, …]]; a parent already under `partitioner` is not shuffled. */
  | (NodeBase & {
      readonly kind: 'cogroup'
      readonly parents: readonly LineageNode[]
      readonly partitioner: Partitioner<never>
    })

export type NodeKind = LineageNode['kind']

/** Fresh storage settings: not persisted, no checkpoint. */
export function newNodeStorage(): NodeStorage {
  return { level: StorageLevel.NONE, checkpoint: 'none', checkpointed: null }
}

/** The node to read in place of `node`: its checkpoint once that is written. */
export function effectiveNode(node: LineageNode): LineageNode {
  return node.storage.checkpointed ?? node
}

/** The nodes that `node` reads directly; none for a source or a checkpointed node. */
export function parentsOf(node: LineageNode): readonly LineageNode[] {
  switch (node.kind) {
    case 'parallelize':
    case 'range':
    case 'blocks':
    case 'files':
    case 'localCheckpoint':
      return []
    case 'narrow':
    case 'coalesce':
    case 'prune':
    case 'shuffle':
      return [node.parent]
    case 'union':
    case 'alignedUnion':
    case 'zipPartitions':
    case 'cogroup':
      return node.parents
    case 'cartesian':
      return [node.left, node.right]
  }
}
