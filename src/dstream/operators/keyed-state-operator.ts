import type { Duration } from '../../batches/duration.ts'
import { type MaybePromise, whenReady } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import type { ZipFunction } from '../../task/program.ts'
import type { StateVersion } from '../../task/state/state-version.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { DStreamNode } from '../dstream-node.ts'
import { StateRDD } from '../state/state-rdd.ts'
import type { StreamOperator } from './operator.ts'

/** The input of a batch for a state. */
export interface StateInput {
  /** RDDs that are placed by the state's partitioner. */
  readonly rdds: readonly RDD<unknown>[]
  /** The worker's function that makes the next version of the state from the previous version, the RDDs and the batch's time. */
  readonly zip: ZipFunction
}

/** The parts of a {@link KeyedStateOperator}. */
export interface KeyedStateOptions<K, S> {
  readonly operation: string
  readonly className: string
  readonly dependencies: readonly DStreamNode<unknown>[]
  readonly slideDuration: Duration
  readonly parentsRememberLonger?: Duration
  readonly partitioner: Partitioner<never>
  /** A key without data for longer than this times out. */
  readonly timeout?: Duration | null
  readonly initialRDD: RDD<[K, S]> | null
  /** Whether the first of several initial states of a key counts, rather than the last. */
  readonly isFirstKept?: boolean
  /** Returns the input of the batch at a time; null when the batch has no input and there is no earlier state. */
  inputAt(time: Time, hasState: boolean): MaybePromise<StateInput | null>
}

/**
 * The state itself of an operation that carries one from batch to batch: its RDDs hold versions of tables that stay with the workers. Users
 * see what {@link StateViewOperator} makes of it.
 */
export class KeyedStateOperator<K, S> implements StreamOperator<StateVersion> {
  readonly mustCheckpoint = true
  readonly keepsState = true
  readonly storageLevel = StorageLevel.MEMORY_ONLY
  // A table is where it is, whatever level the user wants for what is made of it.
  readonly persistTargets = { streams: [], isItself: false }
  readonly #options: KeyedStateOptions<K, S>

  constructor(options: KeyedStateOptions<K, S>) {
    this.#options = options
  }
  get operation(): string {
    return this.#options.operation
  }
  get className(): string {
    return this.#options.className
  }
  get dependencies(): readonly DStreamNode<unknown>[] {
    return this.#options.dependencies
  }
  get slideDuration(): Duration {
    return this.#options.slideDuration
  }
  get parentsRememberLonger(): Duration | undefined {
    return this.#options.parentsRememberLonger
  }

  compute(time: Time, self: DStreamNode<StateVersion>): MaybePromise<RDD<StateVersion> | null> {
    const { initialRDD } = this.#options
    // The batch before first: it may have to be computed, and then comes before this one in everything.
    return whenReady(self.getOrCompute(time.minus(this.slideDuration)), (previous) =>
      whenReady(this.#options.inputAt(time, previous !== null || initialRDD !== null), (input) =>
        input === null ? null : this.#next(self, previous as StateRDD<K, S> | null, input, time),
      ),
    )
  }

  #next(self: DStreamNode<StateVersion>, previous: StateRDD<K, S> | null, input: StateInput, time: Time) {
    const { operation, partitioner, timeout, initialRDD, isFirstKept } = this.#options
    const { sparkContext } = self.context
    const timeMs = time.milliseconds
    const before =
      previous ?? StateRDD.of(initialRDD ?? sparkContext.emptyRDD<[K, S]>(), partitioner, timeMs, isFirstKept)
    return before.next({
      operation,
      inputs: input.rdds,
      zip: input.zip,
      partitioner,
      timeMs,
      timeoutBeforeMs: timeout ? timeMs - timeout.milliseconds : null,
    })
  }
}
