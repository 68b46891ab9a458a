import type { Duration } from '../../batches/duration.ts'
import { type MaybePromise, whenReady } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { DStreamNode } from '../dstream-node.ts'
import type { StreamOperator } from './operator.ts'

/** An operator with one parent and one RDD operation: the stream's RDD is `apply` of the parent's RDD. The batch has no RDD when the parent has none. */
export class DerivedOperator<T, U> implements StreamOperator<U> {
  readonly operation: string
  readonly className: string
  readonly #parent: DStreamNode<T>
  readonly #apply: (rdd: RDD<T>) => RDD<U>

  constructor(parent: DStreamNode<T>, operation: string, className: string, apply: (rdd: RDD<T>) => RDD<U>) {
    this.operation = operation
    this.className = className
    this.#parent = parent
    this.#apply = apply
  }
  get dependencies(): readonly DStreamNode<unknown>[] {
    return [this.#parent]
  }
  get slideDuration(): Duration {
    return this.#parent.slideDuration
  }
  compute(time: Time): MaybePromise<RDD<U> | null> {
    return whenReady(this.#parent.getOrCompute(time), (rdd) => (rdd === null ? null : this.#apply(rdd)))
  }
}
