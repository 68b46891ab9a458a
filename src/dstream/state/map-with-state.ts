import { whenReady } from '../../batches/maybe-promise.ts'
import { Time } from '../../batches/time.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { State } from '../../task/state/state.ts'
import type { DStream } from '../dstream.ts'
import { KeyedStateOperator } from '../operators/keyed-state-operator.ts'
import { StateViewOperator } from '../operators/state-view-operator.ts'
import { choosePartitioner } from '../pair-operations.ts'
import type { SimpleMapping, StateSpec, StateSpecSettings, TimedMapping } from './state-spec.ts'

/** What `mapWithState` gives (Spark's `MapWithStateDStream`): the outputs of its function, and the states behind them. */
export interface MapWithStateDStream<K, S, T> extends DStream<T> {
  /** The state of every key after each batch. */
  stateSnapshots(): DStream<[K, S]>
}

/** Spark checkpoints these states every so many batches unless told otherwise. */
const BATCHES_PER_CHECKPOINT = 10

/** The stream of a spec's outputs over a stream of pairs. */
export function mapWithState<K, V, S, T>(
  stream: DStream<[K, V]>,
  spec: StateSpec<K, V, S, T>,
): MapWithStateDStream<K, S, T> {
  const { initialState, timeout, partitioner: chosen, ...mapping } = spec.settings
  const partitioner = chosen ?? choosePartitioner(stream, undefined)
  const { sparkContext } = stream.context
  const zip = builtin('mapWithState', mappingOf(mapping), mapping.isTimed)
  const state = stream.derive(
    new KeyedStateOperator<K, S>({
      operation: 'mapWithState',
      className: 'InternalMapWithStateDStream',
      dependencies: [stream],
      slideDuration: stream.slideDuration,
      partitioner,
      timeout,
      initialRDD: Array.isArray(initialState) ? sparkContext.parallelize(initialState) : (initialState as never),
      inputAt: (time) =>
        whenReady(stream.getOrCompute(time), (rdd) => ({
          rdds: [(rdd ?? sparkContext.emptyRDD<[K, V]>()).partitionBy(partitioner)],
          zip,
        })),
    }),
  )
  state.checkpoint(stream.slideDuration.times(BATCHES_PER_CHECKPOINT))
  const outputs = stream.derive(
    new StateViewOperator<K, S, T>(state, {
      operation: 'mapWithState',
      className: 'MapWithStateDStream',
      standsForState: true,
      viewOf: (rdd) => rdd.outputs<T>('mapWithState'),
    }),
  )
  const stateSnapshots = () =>
    stream.derive(
      new StateViewOperator<K, S, [K, S]>(state, {
        operation: 'stateSnapshots',
        className: 'MapWithStateDStream',
        standsForState: false,
        viewOf: (rdd) => rdd.pairs('stateSnapshots'),
      }),
    )
  return Object.assign(outputs, { stateSnapshots })
}

/** The user's function for the batch at a time. */
function mappingOf<K, V, S, T>({ mapping, isTimed }: Pick<StateSpecSettings<K, V, S, T>, 'mapping' | 'isTimed'>) {
  if (!isTimed) {
    const simple = mapping as SimpleMapping<K, V, S, T>
    return () => simple
  }
  const timed = mapping as TimedMapping<K, V, S, T>
  return (timeMs: number) => {
    const time = new Time(timeMs)
    return (key: K, value: V | undefined, state: State<S>) => timed(time, key, value, state)
  }
}
