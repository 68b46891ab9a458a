import type { LineageNode } from '../../engine/lineage.ts'
import { narrow } from '../../rdd/operations/narrow.ts'
import { RDD } from '../../rdd/rdd.ts'
import type { RDDContext } from '../../rdd/rdd-context.ts'
import { type NodeShape, RDDLineage } from '../../rdd/rdd-lineage.ts'
import { makeReliableCheckpoint, onceCheckpointed, requestCheckpointBy } from '../../rdd/saving/checkpointing.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import type { ZipFunction } from '../../task/program.ts'
import type { StateVersion } from '../../task/state/state-version.ts'

/** A key's state and when it was updated, in milliseconds. */
export type TimedState<S> = [state: S, timeMs: number]

/** How a state's next version is made. */
export interface StateStep {
  /** The operation's name, for call sites. */
  readonly operation: string
  /** The RDDs of the batch, placed by the state's partitioner. */
  readonly inputs: readonly RDD<unknown>[]
  /** The previous version of the state, the inputs and the time, from which the worker makes this version. */
  readonly zip: ZipFunction
  readonly partitioner: Partitioner<never>
  readonly timeMs: number
  /** Before it a key times out; null when none does. */
  readonly timeoutBeforeMs: number | null
}

/**
 * A state after one batch, with one record per partition: its version of a table that the worker keeps from batch to batch (Spark's
 * `MapWithStateRDD`). What others read are {@link pairs}, {@link outputs} and, to keep it, {@link entries} and {@link changesSince}.
 */
export class StateRDD<K, S> extends RDD<StateVersion> {
  /** The batch's time in milliseconds. */
  readonly timeMs: number
  /** Whether it was read from a checkpoint of an earlier run, whose partitioner may be another one. */
  readonly isRestored: boolean

  /** Made by the functions beside it only. */
  constructor(context: RDDContext, lineage: RDDLineage, timeMs: number, isRestored = false) {
    super(context, lineage)
    this.timeMs = timeMs
    this.isRestored = isRestored
  }

  /**
   * The state that pairs of key and state make, all updated at `timeMs`.
   * @param isFirstKept which of several states of a key counts: the first, else the last.
   */
  static of<K, S>(pairs: RDD<[K, S]>, partitioner: Partitioner<never>, timeMs: number, isFirstKept = false) {
    return restored<K, S>(pairs.partitionBy(partitioner) as RDD<unknown>, [timeMs, false, isFirstKept])
  }

  /** The state of an earlier run. @param shape what gives its {@link entries}. */
  static ofCheckpoint<K, S>(context: RDDContext, shape: NodeShape, timeMs: number): StateRDD<K, S> {
    const lineage = RDDLineage.ready(context, 'checkpointFile', shapeOfCheckpoint(context, shape, timeMs))
    return new StateRDD<K, S>(context, lineage, timeMs, true)
  }

  /** The state after the next batch. */
  next(update: StateStep): StateRDD<K, S> {
    const { operation, inputs, partitioner, timeMs, timeoutBeforeMs } = update
    const { numPartitions } = partitioner
    // The time is data: what changes from batch to batch must not stand in the program.
    const times = this.sparkContext.parallelize<unknown>(
      Array.from({ length: numPartitions }, () => [timeMs, timeoutBeforeMs]),
      numPartitions,
    )
    const parents = [this.#placedBy(partitioner), ...inputs, times]
    const lineages = parents.map((parent) => parent.lineage)
    const lineage = RDDLineage.derived(this.context, operation, lineages, (nodes) => ({
      kind: 'zipPartitions',
      className: 'MapWithStateRDD',
      numPartitions,
      partitioner,
      parents: withoutCutOff(lineages, nodes),
      fn: update.zip,
    }))
    const version = new StateRDD<K, S>(this.context, lineage, timeMs)
    if (this.context.engineCapabilities.keepsObjects) return version
    const packed = narrow(version, operation, builtin('packState'), { preservesPartitioning: true })
    return new StateRDD<K, S>(this.context, packed.lineage, timeMs)
  }

  /** The state of each key. */
  pairs(operation: string, keepsPartitioner = true): RDD<[K, S]> {
    return RDD.from(
      narrow(this, operation, builtin('stateEntries', 'pairs'), { preservesPartitioning: keepsPartitioner }),
    )
  }

  /** The outputs of the batch's function. */
  outputs<T>(operation: string): RDD<T> {
    return RDD.from(narrow(this, operation, builtin('stateOutputs')))
  }

  /**
   * Where only the SparkContext has a checkpoint directory: its files hold the {@link entries}, as the table itself is only good on its worker.
   */
  override checkpoint(): void {
    requestCheckpointBy(this.context, this.lineage, async (context, _node, properties) => {
      const entries = await this.entries().resolve()
      return shapeOfCheckpoint(context, await makeReliableCheckpoint(context, entries, properties), this.timeMs)
    })
  }

  /** Each key with its state and when it was updated: what a checkpoint keeps. */
  entries(): RDD<[K, TimedState<S>]> {
    return RDD.from(narrow(this, 'checkpoint', builtin('stateEntries', 'timed'), { preservesPartitioning: true }))
  }

  /**
   * The keys whose states changed after a batch: each with its state and time of now, or with nothing where it was removed. Its jobs fail
   * with STATE_CHANGES_UNKNOWN where a worker does not know them.
   */
  changesSince(timeMs: number): RDD<[K, TimedState<S>[]]> {
    return RDD.from(narrow(this, 'checkpoint', builtin('stateChanges', timeMs), { preservesPartitioning: true }))
  }

  #placedBy(partitioner: Partitioner<never>): RDD<unknown> {
    if (!this.isRestored || this.partitioner?.equals(partitioner)) return this
    return restored<K, S>(this.entries().partitionBy(partitioner) as RDD<unknown>, [this.timeMs, true, false])
  }
}

/**
 * The nodes, of which the first, the state before, lets go of what its checkpoint cuts off, once that is written. A batch may be generated long before:
 * were the first one kept as it is, every batch since the start would stay in memory.
 */
function withoutCutOff([before]: readonly RDDLineage[], nodes: readonly LineageNode[]): readonly LineageNode[] {
  const parents = [...nodes]
  onceCheckpointed(before!, () => {
    parents[0] = before!.node!
  })
  return parents
}

/** The shape of a state whose {@link StateRDD.entries} a node of another shape gives. */
export function shapeOfCheckpoint(context: RDDContext, shape: NodeShape, timeMs: number): NodeShape {
  const entries = new RDD<unknown>(context, RDDLineage.ready(context, 'checkpoint', shape))
  const version = restoredShape(entries.lineage.node as LineageNode, [timeMs, true, false])
  if (context.engineCapabilities.keepsObjects) return version
  // The RDD takes the id of a persisted state, and is persisted in the same way.
  const { node } = new RDD<unknown>(context, RDDLineage.ready(context, 'checkpoint', version)).lineage
  return { ...version, parent: node as LineageNode, op: builtin('packState') } as NodeShape
}

type RestoreArguments = readonly [timeMs: number, hasTimes: boolean, isFirstKept: boolean]

function restored<K, S>(entries: RDD<unknown>, args: RestoreArguments): StateRDD<K, S> {
  const lineage = RDDLineage.derived(entries.context, 'mapWithState', [entries.lineage], ([node]) =>
    restoredShape(node as LineageNode, args),
  )
  return new StateRDD<K, S>(entries.context, lineage, args[0])
}

function restoredShape(parent: LineageNode, args: RestoreArguments): NodeShape {
  const { numPartitions, partitioner } = parent
  return {
    kind: 'narrow',
    className: 'MapWithStateRDD',
    numPartitions,
    partitioner,
    parent,
    op: builtin('restoreState', ...args),
  }
}
