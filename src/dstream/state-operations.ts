import { whenReady } from '../batches/maybe-promise.ts'
import { Time } from '../batches/time.ts'
import type { RDD } from '../rdd/rdd.ts'
import { builtin } from '../task/partition-functions.ts'
import type { Partitioner } from '../task/partitioner.ts'
import type { DStream } from './dstream.ts'
import { KeyedStateOperator } from './operators/keyed-state-operator.ts'
import { StateOperator, type UpdatePartition } from './operators/state-operator.ts'
import { StateViewOperator } from './operators/state-view-operator.ts'
import { choosePartitioner, type PartitionerChoice } from './partitioner-choice.ts'
import { mappedOutputs, mappedState, stateSnapshots } from './state/map-with-state.ts'
import type { StateSpec } from './state/state-spec.ts'
import { WindowOperations } from './window-operations.ts'

/** The state of keys before the first batch: an RDD, or an array of pairs. */
export type InitialState<K, S> = RDD<[K, S]> | readonly [K, S][]

/** A stream of pairs: what the operations by key are methods of. */
type Pairs<K, V> = DStream<readonly [K, V]>

/** The result of `mapWithState` (Spark's `MapWithStateDStream`): a stream of the function's outputs, with the states of all keys. */
export interface MapWithStateDStream<K, S, T> extends DStream<T> {
  /** The state of every key after each batch. */
  stateSnapshots(): DStream<[K, S]>
}

/** The states of mapWithState are checkpointed every ten batches unless the program sets an interval, as in Spark. */
const BATCHES_PER_CHECKPOINT = 10

/** Operations that carry a state from batch to batch. */
export abstract class StateOperations<T> extends WindowOperations<T> {
  /**
   * A state per key that only the keys with data in a batch visit, record by record in the order of each partition; a record sees what
   * those before it have done. Needs a checkpoint directory; a batch costs what it touches, however many keys there are.
   * @param spec the function and its settings, see `StateSpec.function`.
   * @returns what the function gave; its `stateSnapshots()` has the states of all keys.
   */
  mapWithState<K, V, S, U>(this: Pairs<K, V>, spec: StateSpec<K, V, S, U>): MapWithStateDStream<K, S, U> {
    const state = this.derive(mappedState(this, spec))
    state.checkpoint(this.slideDuration.times(BATCHES_PER_CHECKPOINT))
    const outputs = this.derive(mappedOutputs<K, S, U>(state))
    return Object.assign(outputs, { stateSnapshots: () => this.derive(stateSnapshots<K, S>(state)) })
  }

  /**
   * A state per key, updated in every batch for every key that has new values or a state. Needs a checkpoint directory; its cost grows with
   * the number of keys that have a state.
   * @param updateFunc gets the key's new values, perhaps none, and its state, undefined where there is none; gives the new state, or
   * undefined or null to forget the key. It must not change the old state in place.
   * @returns every batch's whole state.
   */
  // The type of a state that is written nowhere follows from what the function gives: its parameter is undefined to TypeScript, so that
  // `state ?? 0` is a number. Three type arguments, or a state whose type does not fit the result, mean the next form.
  updateStateByKey<K, V, S, I extends S, P extends S = never>(
    this: Pairs<K, V>,
    updateFunc: (values: V[], state: P | undefined) => S | undefined | null,
    partitioner?: PartitionerChoice,
    initialRDD?: InitialState<K, I>,
  ): DStream<[K, S]>
  updateStateByKey<K, V, S>(
    this: Pairs<K, V>,
    updateFunc: (values: V[], state: S | undefined) => S | undefined | null,
    partitioner?: PartitionerChoice,
    initialRDD?: InitialState<K, S>,
  ): DStream<[K, S]>
  /**
   * The same for a function over all keys of a partition at once: it gives the pairs of key and new state; a key that it leaves out is forgotten.
   * @param rememberPartitioner whether its keys are still where the partitioner puts them; true unless it changes keys.
   */
  updateStateByKey<K, V, S>(
    this: Pairs<K, V>,
    updateFunc: (updates: IterableIterator<[key: K, values: V[], state: S | undefined]>) => Iterable<[K, S]>,
    partitioner: PartitionerChoice,
    rememberPartitioner: boolean,
    initialRDD?: InitialState<K, S>,
  ): DStream<[K, S]>
  /** The same for a function of four parameters, whose types must be written out: it gets the batch's time and the key too. */
  updateStateByKey<K, V, S>(
    this: Pairs<K, V>,
    updateFunc: (time: Time, key: K, values: V[], state: S | undefined) => S | undefined | null,
    partitioner: PartitionerChoice,
    rememberPartitioner: boolean,
    initialRDD?: InitialState<K, S>,
  ): DStream<[K, S]>
  updateStateByKey<K, V, S>(
    this: Pairs<K, V>,
    updateFunc: (...args: never[]) => unknown,
    partitioner?: PartitionerChoice,
    third?: boolean | InitialState<K, S>,
    fourth?: InitialState<K, S>,
  ): DStream<[K, S]> {
    // As in Spark's overloads, the flag tells the plain form from the two others, which differ in how many parameters the function has.
    const isPlain = typeof third !== 'boolean'
    const initial = (isPlain ? third : fourth) ?? null
    const settings = {
      partitioner: choosePartitioner(this, partitioner),
      preservesPartitioning: isPlain || third,
      initialRDD: Array.isArray(initial) ? this.context.sparkContext.parallelize(initial) : (initial as RDD<[K, S]>),
    }
    if (isPlain) return updateKeys(this, ofValues<K, V, S>(updateFunc as never), settings)
    if (updateFunc.length > 1) return updateKeys(this, ofTime<K, V, S>(updateFunc as never), settings)
    // A function over all keys of a partition may change them, so that the state is not a table that it updates.
    return this.derive(
      new StateOperator<K, V, S>(this, { ...settings, updateOf: () => updateFunc as UpdatePartition<K, V, S> }),
    )
  }
}

type UpdateKey<K, V, S> = (key: K, values: V[], state: S | undefined) => S | undefined | null

/** The function of the batch at a time, in milliseconds. */
type UpdateOf<K, V, S> = (timeMs: number) => UpdateKey<K, V, S>

function ofValues<K, V, S>(updateFunc: (values: V[], state: S | undefined) => S | undefined | null): UpdateOf<K, V, S> {
  return () => (_, values, state) => updateFunc(values, state)
}

function ofTime<K, V, S>(
  updateFunc: (time: Time, key: K, values: V[], state: S | undefined) => S | undefined | null,
): UpdateOf<K, V, S> {
  return (timeMs) => {
    const time = new Time(timeMs)
    return (key, values, state) => updateFunc(time, key, values, state)
  }
}

interface KeyUpdateSettings<K, S> {
  readonly partitioner: Partitioner<never>
  readonly preservesPartitioning: boolean
  readonly initialRDD: RDD<[K, S]> | null
}

function updateKeys<K, V, S>(
  stream: Pairs<K, V>,
  updateOf: UpdateOf<K, V, S>,
  { partitioner, preservesPartitioning, initialRDD }: KeyUpdateSettings<K, S>,
): DStream<[K, S]> {
  const zip = builtin('updateState', updateOf)
  const { sparkContext } = stream.context
  const state = stream.derive(
    new KeyedStateOperator<K, S>({
      operation: 'updateStateByKey',
      className: 'StateDStream',
      dependencies: [stream],
      slideDuration: stream.slideDuration,
      partitioner,
      initialRDD,
      isFirstKept: true,
      inputAt: (time, hasState) =>
        whenReady(stream.getOrCompute(time), (rdd) =>
          rdd === null && !hasState
            ? null
            : { rdds: [(rdd ?? sparkContext.emptyRDD<[K, V]>()).groupByKey(partitioner)], zip },
        ),
    }),
  )
  return stream.derive(
    new StateViewOperator<K, S, [K, S]>(state, {
      operation: 'updateStateByKey',
      className: 'StateDStream',
      standsForState: true,
      viewOf: (rdd) => rdd.pairs('updateStateByKey', preservesPartitioning),
    }),
  )
}
