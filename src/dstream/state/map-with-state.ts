import { whenReady } from '../../batches/maybe-promise.ts'
import { Time } from '../../batches/time.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { State } from '../../task/state/state.ts'
import type { StateVersion } from '../../task/state/state-version.ts'
import type { DStreamNode } from '../dstream-node.ts'
import { KeyedStateOperator } from '../operators/keyed-state-operator.ts'
import { StateViewOperator } from '../operators/state-view-operator.ts'
import { choosePartitioner } from '../partitioner-choice.ts'
import type { SimpleMapping, StateSpec, StateSpecSettings, TimedMapping } from './state-spec.ts'

/** The states of a spec over a stream of pairs: each batch visits the keys that it has data of, and those that time out. */
export function mappedState<K, V, S, T>(
  stream: DStreamNode<readonly [K, V]>,
  spec: StateSpec<K, V, S, T>,
): KeyedStateOperator<K, S> {
  const { initialState, timeout, partitioner: chosen, ...mapping } = spec.settings
  const partitioner = chosen ?? choosePartitioner(stream, undefined)
  const { sparkContext } = stream.context
  const zip = builtin('mapWithState', mappingOf(mapping), mapping.isTimed)
  return new KeyedStateOperator<K, S>({
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
  })
}

/** The stream of outputs of a spec's function. */
export function mappedOutputs<K, S, T>(state: DStreamNode<StateVersion>): StateViewOperator<K, S, T> {
  return new StateViewOperator<K, S, T>(state, {
    operation: 'mapWithState',
    className: 'MapWithStateDStream',
    standsForState: true,
    hasOutputs: true,
    viewOf: (rdd) => rdd.outputs<T>('mapWithState'),
  })
}

/** The state of every key after each batch. */
export function stateSnapshots<K, S>(state: DStreamNode<StateVersion>): StateViewOperator<K, S, [K, S]> {
  return new StateViewOperator<K, S, [K, S]>(state, {
    operation: 'stateSnapshots',
    className: 'MapWithStateDStream',
    standsForState: false,
    viewOf: (rdd) => rdd.pairs('stateSnapshots'),
  })
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
