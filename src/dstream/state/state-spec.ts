import { aPartitionCount, argumentOf, aSyncFunction } from '../../arguments/argument.ts'
import { checkArgument, checkMethods } from '../../arguments/check-arguments.ts'
import { aDuration, type Duration, type DurationLike, toDuration } from '../../batches/duration.ts'
import type { Time } from '../../batches/time.ts'
import { IllegalArgumentException } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { aState } from '../../rdd/rdd-arguments.ts'
import { HashPartitioner, Partitioner } from '../../task/partitioner.ts'
import type { State } from '../../task/state/state.ts'

/** Gives one output for each record of a key, and for each key that times out. */
export type SimpleMapping<K, V, S, T> = (key: K, value: V | undefined, state: State<S>) => T

/** Gives one output, or with undefined none, for each record of a key, and for each key that times out. */
export type TimedMapping<K, V, S, T> = (time: Time, key: K, value: V | undefined, state: State<S>) => T | undefined

/** What a {@link StateSpec} holds. @internal */
export interface StateSpecSettings<K, V, S, T> {
  readonly mapping: SimpleMapping<K, V, S, T> | TimedMapping<K, V, S, T>
  readonly isTimed: boolean
  readonly partitioner: Partitioner<never> | null
  readonly initialState: RDD<[K, S]> | readonly [K, S][] | null
  readonly timeout: Duration | null
}

/**
 * The specification of `mapWithState` (Spark's `StateSpec`): a function, and how states are partitioned, initialised and timed out. Each method returns the
 * same object.
 *
 * @example
 * const spec = StateSpec.function((word: string, one: number | undefined, state: State<number>) => {
 *   const sum = (one ?? 0) + (state.getOption() ?? 0)
 *   if (!state.isTimingOut()) state.update(sum)
 *   return [word, sum]
 * }).timeout(Minutes(10))
 */
export class StateSpec<K, V, S, T> {
  #settings: StateSpecSettings<K, V, S, T>

  private constructor(mapping: SimpleMapping<K, V, S, T> | TimedMapping<K, V, S, T>) {
    this.#settings = {
      mapping,
      isTimed: mapping.length >= 4,
      partitioner: null,
      initialState: null,
      timeout: null,
    }
  }

  /** The specification for a function. @param mapping called with each record's key, value and state, and without a value for a key that times out. */
  static function<K, V, S, T>(mapping: SimpleMapping<K, V, S, T>): StateSpec<K, V, S, T>
  /**
   * The same for a function of four parameters, by which it is known, as in Spark: it gets the batch's time first, and gives undefined for no
   * output.
   */
  static function<K, V, S, T>(mapping: TimedMapping<K, V, S, T>): StateSpec<K, V, S, T>
  static function<K, V, S, T>(mapping: SimpleMapping<K, V, S, T> | TimedMapping<K, V, S, T>): StateSpec<K, V, S, T> {
    checkArgument('StateSpec.function', aSyncFunction('mapping'), mapping)
    return new StateSpec(mapping)
  }

  /** Places the state by hash in so many partitions; the context's default parallelism unless given. */
  numPartitions(numPartitions: number): this {
    return this.partitioner(new HashPartitioner(numPartitions))
  }

  /** Places the state by a partitioner. */
  partitioner(partitioner: Partitioner<never>): this {
    return this.#with({ partitioner })
  }

  /** The states before the first batch, as updated at its time; of several for a key, the last counts. */
  initialState(states: RDD<[K, S]> | readonly [K, S][]): this {
    return this.#with({ initialState: states })
  }

  /**
   * A key that has had no data for longer than `idleDuration` is given to the function once more, without a value and with
   * `state.isTimingOut()`, in the first batch for which that is so; then its state is forgotten.
   * @param idleDuration a number is seconds. @throws IllegalArgumentException when it is not above zero.
   */
  timeout(idleDuration: DurationLike): this {
    const timeout = toDuration(idleDuration)
    if (timeout.milliseconds <= 0) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `the timeout of a state must be above zero, but was ${timeout}`,
      )
    }
    return this.#with({ timeout })
  }

  /** @internal */
  get settings(): StateSpecSettings<K, V, S, T> {
    return this.#settings
  }

  #with(settings: Partial<StateSpecSettings<K, V, S, T>>): this {
    this.#settings = { ...this.#settings, ...settings }
    return this
  }
}

checkMethods(StateSpec as unknown as { readonly prototype: object }, 'StateSpec', {
  numPartitions: [aPartitionCount()],
  partitioner: [argumentOf('partitioner', 'a Partitioner', (value) => value instanceof Partitioner)],
  initialState: [aState('states')],
  timeout: [aDuration('idleDuration')],
})
