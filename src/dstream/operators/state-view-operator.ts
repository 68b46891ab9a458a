import type { Duration } from '../../batches/duration.ts'
import { type MaybePromise, whenReady } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { StateVersion } from '../../task/state/state-version.ts'
import type { DStreamNode } from '../dstream-node.ts'
import type { StateRDD } from '../state/state-rdd.ts'
import type { StreamOperator } from './operator.ts'

/** The settings of a {@link StateViewOperator}. */
export interface StateViewOptions<K, S, U> {
  readonly operation: string
  readonly className: string
  /** Whether a name and a checkpoint interval given to the stream are those of the state. */
  readonly standsForState: boolean
  /** Whether the view is what the batches' functions gave, and not the state. */
  readonly hasOutputs?: boolean
  /** Further streams that `persist` sets the level of. */
  readonly persisted?: readonly DStreamNode<unknown>[]
  viewOf(state: StateRDD<K, S>): RDD<U>
}

/** The stream of a state that users see: the pairs of key and state, or the outputs of the batches' functions. */
export class StateViewOperator<K, S, U> implements StreamOperator<U> {
  readonly #state: DStreamNode<StateVersion>
  readonly #options: StateViewOptions<K, S, U>

  constructor(state: DStreamNode<StateVersion>, options: StateViewOptions<K, S, U>) {
    this.#state = state
    this.#options = options
  }
  get operation(): string {
    return this.#options.operation
  }
  get className(): string {
    return this.#options.className
  }
  get dependencies(): readonly DStreamNode<unknown>[] {
    return [this.#state]
  }
  get slideDuration(): Duration {
    return this.#state.slideDuration
  }
  get persistTargets() {
    return { streams: this.#options.persisted ?? [], isItself: true }
  }
  get stateStream(): DStreamNode<StateVersion> | undefined {
    return this.#options.standsForState ? this.#state : undefined
  }

  get outputsOf(): DStreamNode<unknown> | undefined {
    return this.#options.hasOutputs ? this.#state : undefined
  }

  compute(time: Time): MaybePromise<RDD<U> | null> {
    const made = this.#options.hasOutputs ? this.#state.getOrComputeAnew(time) : this.#state.getOrCompute(time)
    return whenReady(made, (state) => (state === null ? null : this.#options.viewOf(state as StateRDD<K, S>)))
  }
}
