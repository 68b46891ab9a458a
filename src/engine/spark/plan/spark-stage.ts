import type { ClosurePayload } from '../../../closure/index.ts'
import type { LineageNode } from '../../lineage.ts'
import type { Row } from '../arrow/row-batch.ts'
import type { LeafInput, StageOutput } from '../command.ts'

/** One MapPartitions of a job: what its command says, and where its rows come from. */
export interface SparkStage {
  readonly stageId: number
  readonly callSite: string
  readonly program: ClosurePayload
  /** The input tree of each target. */
  readonly tasks: ReadonlyMap<number, LeafInput>
  readonly output: StageOutput
  readonly rows: RowSources
}

/** The rows of a stage's input: all of these together. */
export interface RowSources {
  /** Rows that the driver sends. */
  readonly driver: readonly Row[]
  /** Stages whose output is for this one. */
  readonly stages: readonly SparkStage[]
  /** A persisted node whose relation is read as it stands: the targets are its partitions. */
  readonly kept: LineageNode | null
  /** Partitions of the exchange that brings each target's rows together, or null where they are together already. */
  readonly exchangePartitions: number | null
}
