import type { ClosurePayload } from '../../../closure/wire/index.ts'
import type { LineageNode } from '../../lineage.ts'
import type { LeafInput, StageOutput } from '../command.ts'
import type { StageRow } from '../rows/row-batch.ts'

/** One MapPartitions of a job: what its command says, and where its rows come from. */
export interface SparkStage {
  readonly stageId: number
  readonly callSite: string
  readonly program: ClosurePayload
  /** Identities of the classes of which instances may be among the driver's rows. Those of the program are its own. */
  readonly classes: readonly string[]
  /** The input tree of each target. */
  readonly tasks: ReadonlyMap<number, LeafInput>
  readonly output: StageOutput
  readonly rows: RowSources
}

/** Partitions that stand on the cluster: of a persisted node, in its relation, or of files, which Spark's own readers read. */
export type StandingData =
  | { readonly from: 'relation'; readonly node: LineageNode }
  | { readonly from: 'files'; readonly node: FilesNode }

export type FilesNode = Extract<LineageNode, { kind: 'files' }>

/**
 * Partitions of a persisted node that Spark brings from its relation to where they are needed, with no worker between: partition p to leaf
 * {@link leaf} of target p + {@link offset}.
 */
export interface ForwardedRows {
  readonly node: LineageNode
  /** Those from the first to the last of these partitions. */
  readonly from: number
  readonly to: number
  readonly offset: number
  readonly leaf: number
}

/** The rows of a stage's input: all of these together. */
export interface RowSources {
  /** Rows that the driver sends. */
  readonly driver: readonly StageRow[]
  /** Stages whose output is for this one. */
  readonly stages: readonly SparkStage[]
  readonly forwarded: readonly ForwardedRows[]
  /** What stands on the cluster and is read as it stands: the targets are its partitions. */
  readonly standing: StandingData | null
  /** Partitions of the exchange that brings each target's rows together, or null where they are together already. */
  readonly exchangePartitions: number | null
}
