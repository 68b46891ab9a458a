import type { Duration } from '../../batches/duration.ts'
import { type MaybePromise, whenReady } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { DStreamNode } from '../dstream-node.ts'
import type { StreamOperator } from './operator.ts'

/** A key with its new values, and the state it had. */
export type StateUpdate<K, V, S> = [key: K, values: V[], state: S | undefined]

/** Makes the new states of a partition's keys from their values and old states. A key that the function leaves out loses its state. */
export type UpdatePartition<K, V, S> = (updates: IterableIterator<StateUpdate<K, V, S>>) => Iterable<[K, S]>

/** The settings of a {@link StateOperator}. */
export interface StateOptions<K, V, S> {
  /** The function of the batch at a time; the same function object wherever it is the same function, so that it is shipped once. */
  readonly updateOf: (time: Time) => UpdatePartition<K, V, S>
  readonly partitioner: Partitioner<never>
  /** Whether the new state keeps the partitioner, which holds unless the update changes keys. */
  readonly preservesPartitioning: boolean
  /** The state before the first batch. */
  readonly initialRDD: RDD<[K, S]> | null
}

/**
 * A state per key that every batch updates, keys without new values included (Spark's `StateDStream`). The batch's RDD is the whole state,
 * made of that of the batch before.
 */
export class StateOperator<K, V, S> implements StreamOperator<[K, S]> {
  readonly operation = 'updateStateByKey'
  readonly className = 'StateDStream'
  readonly mustCheckpoint = true
  readonly storageLevel = StorageLevel.MEMORY_ONLY_SER
  readonly #parent: DStreamNode<readonly [K, V]>
  readonly #options: StateOptions<K, V, S>
  /** The functions over partitions by the user's, so that one that stays the same is shipped once. */
  readonly #partitionFunctions = new WeakMap<UpdatePartition<K, V, S>, PartitionFunctions<K, V, S>>()

  constructor(parent: DStreamNode<readonly [K, V]>, options: StateOptions<K, V, S>) {
    this.#parent = parent
    this.#options = options
  }
  get dependencies(): readonly DStreamNode<unknown>[] {
    return [this.#parent]
  }
  get slideDuration(): Duration {
    return this.#parent.slideDuration
  }

  compute(time: Time, self: DStreamNode<[K, S]>): MaybePromise<RDD<[K, S]> | null> {
    return whenReady(self.getOrCompute(time.minus(this.slideDuration)), (previous) =>
      whenReady(this.#parent.getOrCompute(time), (values) =>
        this.#update(values, previous ?? this.#options.initialRDD, time),
      ),
    )
  }

  #update(values: RDD<readonly [K, V]> | null, state: RDD<[K, S]> | null, time: Time): RDD<[K, S]> | null {
    const { partitioner, preservesPartitioning } = this.#options
    const functions = this.#functionsOf(this.#options.updateOf(time))
    if (values === null) {
      return state === null ? null : state.mapPartitions(functions.ofState, preservesPartitioning)
    }
    if (state === null) {
      return values.groupByKey(partitioner).mapPartitions(functions.ofValues, preservesPartitioning)
    }
    return values.cogroup(state, partitioner).mapPartitions(functions.ofBoth, preservesPartitioning)
  }

  #functionsOf(update: UpdatePartition<K, V, S>): PartitionFunctions<K, V, S> {
    const functions = this.#partitionFunctions.get(update) ?? partitionFunctions(update)
    this.#partitionFunctions.set(update, functions)
    return functions
  }
}

interface PartitionFunctions<K, V, S> {
  readonly ofBoth: (records: IterableIterator<[K, [V[], S[]]]>) => Iterable<[K, S]>
  readonly ofValues: (records: IterableIterator<[K, V[]]>) => Iterable<[K, S]>
  readonly ofState: (records: IterableIterator<[K, S]>) => Iterable<[K, S]>
}

function partitionFunctions<K, V, S>(update: UpdatePartition<K, V, S>): PartitionFunctions<K, V, S> {
  return {
    ofBoth: (records) => update(withBoth(records)),
    ofValues: (records) => update(withValues(records)),
    ofState: (records) => update(withState(records)),
  }
}

/** Keeps the first of several states that an initial RDD has for a key. */
function* withBoth<K, V, S>(records: IterableIterator<[K, [V[], S[]]]>): IterableIterator<StateUpdate<K, V, S>> {
  for (const [key, [values, states]] of records) yield [key, values, states[0]]
}

function* withValues<K, V, S>(records: IterableIterator<[K, V[]]>): IterableIterator<StateUpdate<K, V, S>> {
  for (const [key, values] of records) yield [key, values, undefined]
}

function* withState<K, V, S>(records: IterableIterator<[K, S]>): IterableIterator<StateUpdate<K, V, S>> {
  for (const [key, state] of records) yield [key, [], state]
}
