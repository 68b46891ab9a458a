import type { RDD } from '../rdd/rdd.ts'
import type { DStream } from './dstream.ts'
import { StateOperator, type StateUpdate, type UpdatePartition } from './operators/state-operator.ts'
import { choosePartitioner, type PartitionerChoice } from './pair-operations.ts'
import type { Time } from './time.ts'
import { WindowOperations } from './window-operations.ts'

/** The state of keys before the first batch: an RDD, or an array of pairs. */
export type InitialState<K, S> = RDD<[K, S]> | readonly [K, S][]

/** Operations that carry a state from batch to batch. */
export abstract class StateOperations<T> extends WindowOperations<T> {
  /**
   * A state per key, updated in every batch for every key that has new values or a state. Needs a checkpoint directory; its cost grows with
   * the number of keys that have a state.
   * @param updateFunc gets the key's new values, perhaps none, and its state, undefined where there is none; gives the new state, or
   * undefined or null to forget the key. It must not change the old state in place.
   * @returns every batch's whole state.
   */
  updateStateByKey<K, V, S>(
    this: DStream<[K, V]>,
    updateFunc: (values: V[], state: S | undefined) => S | undefined | null,
    partitioner?: PartitionerChoice,
    initialRDD?: InitialState<K, S>,
  ): DStream<[K, S]>
  /**
   * The same for a function over all keys of a partition at once: it gives the pairs of key and new state; a key that it leaves out is forgotten.
   * @param rememberPartitioner whether its keys are still where the partitioner puts them; true unless it changes keys.
   */
  updateStateByKey<K, V, S>(
    this: DStream<[K, V]>,
    updateFunc: (updates: IterableIterator<[key: K, values: V[], state: S | undefined]>) => Iterable<[K, S]>,
    partitioner: PartitionerChoice,
    rememberPartitioner: boolean,
    initialRDD?: InitialState<K, S>,
  ): DStream<[K, S]>
  /** The same for a function of four parameters, whose types must be written out: it gets the batch's time and the key too. */
  updateStateByKey<K, V, S>(
    this: DStream<[K, V]>,
    updateFunc: (time: Time, key: K, values: V[], state: S | undefined) => S | undefined | null,
    partitioner: PartitionerChoice,
    rememberPartitioner: boolean,
    initialRDD?: InitialState<K, S>,
  ): DStream<[K, S]>
  updateStateByKey<K, V, S>(
    this: DStream<[K, V]>,
    updateFunc: (...args: never[]) => unknown,
    partitioner?: PartitionerChoice,
    third?: boolean | InitialState<K, S>,
    fourth?: InitialState<K, S>,
  ): DStream<[K, S]> {
    // As in Spark's overloads, the flag tells the plain form from the two others, which differ in how many parameters the function has.
    const isPlain = typeof third !== 'boolean'
    const initial = (isPlain ? third : fourth) ?? null
    return this.derive(
      new StateOperator<K, V, S>(this, {
        updateOf: isPlain ? ofKey(updateFunc as never) : ofPartitionOrTime(updateFunc as never),
        partitioner: choosePartitioner(this, partitioner),
        preservesPartitioning: isPlain || third,
        initialRDD: Array.isArray(initial) ? this.context.sparkContext.parallelize(initial) : (initial as RDD<[K, S]>),
      }),
    )
  }
}

type KeyFunction<V, S> = (values: V[], state: S | undefined) => S | undefined | null
type TimedFunction<K, V, S> = (time: Time, key: K, values: V[], state: S | undefined) => S | undefined | null
type UpdateOf<K, V, S> = (time: Time) => UpdatePartition<K, V, S>

function ofKey<K, V, S>(updateFunc: KeyFunction<V, S>): UpdateOf<K, V, S> {
  const update: UpdatePartition<K, V, S> = (updates) =>
    updateEach(updates, (_, values, state) => updateFunc(values, state))
  return () => update
}

function ofPartitionOrTime<K, V, S>(updateFunc: UpdatePartition<K, V, S> | TimedFunction<K, V, S>): UpdateOf<K, V, S> {
  if (updateFunc.length <= 1) return () => updateFunc as UpdatePartition<K, V, S>
  const timed = updateFunc as TimedFunction<K, V, S>
  return (time) => (updates) => updateEach(updates, (key, values, state) => timed(time, key, values, state))
}

function* updateEach<K, V, S>(
  updates: IterableIterator<StateUpdate<K, V, S>>,
  updateFunc: (key: K, values: V[], state: S | undefined) => S | undefined | null,
): IterableIterator<[K, S]> {
  for (const [key, values, state] of updates) {
    const updated = updateFunc(key, values, state)
    if (updated !== undefined && updated !== null) yield [key, updated]
  }
}
