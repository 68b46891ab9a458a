import type { ClosurePayload } from '../../../closure/wire/index.ts'
import type { LineageNode } from '../../lineage.ts'
import type { LeafInput, StageOutput } from '../command.ts'
import type { StageRow } from '../rows/row-batch.ts'

/** One MapPartitions of a job: the content of its command, and the sources of its rows. */
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
  /** The partitions from the first to the last, both included. */
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
  /** A relation on the cluster whose partitions are read where they are: each partition is a target. */
  readonly standing: StandingData | null
  /** Partitions of the exchange that brings each target's rows together, or null where they are together already. */
  readonly exchangePartitions: number | null
}
