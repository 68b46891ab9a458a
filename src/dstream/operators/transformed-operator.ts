import type { Duration } from '../../batches/duration.ts'
import { type MaybePromise, mapInOrder, whenReady } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import { SparkException } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { DStreamNode } from '../dstream-node.ts'
import { assertCommonSlide } from './common-slide.ts'
import type { StreamOperator } from './operator.ts'

/** The user's function from the parents' RDDs to one RDD, called on the driver when a batch is generated (Spark's `TransformedDStream`). */
export class TransformedOperator<U> implements StreamOperator<U> {
  readonly operation: string
  readonly className = 'TransformedDStream'
  readonly dependencies: readonly DStreamNode<unknown>[]
  readonly #transform: (rdds: readonly RDD<never>[], time: Time) => MaybePromise<RDD<U>>

  constructor(
    parents: readonly DStreamNode<unknown>[],
    operation: string,
    transform: (rdds: readonly RDD<never>[], time: Time) => MaybePromise<RDD<U>>,
  ) {
    assertCommonSlide(parents, 'transform')
    this.dependencies = parents
    this.operation = operation
    this.#transform = transform
  }
  get slideDuration(): Duration {
    return this.dependencies[0]!.slideDuration
  }
  compute(time: Time): MaybePromise<RDD<U>> {
    const rdds = mapInOrder(this.dependencies, (parent) =>
      whenReady(parent.getOrCompute(time), (rdd) => given(rdd, parent, time)),
    )
    return whenReady(rdds, (present) => whenReady(this.#transform(present, time), assertRDD))
  }
}

function given(rdd: RDD<unknown> | null, parent: DStreamNode<unknown>, time: Time): RDD<never> {
  if (rdd !== null) return rdd as RDD<never>
  throw new SparkException('NO_PARENT_RDD', `Couldn't generate RDD from parent at time ${time} (${parent})`)
}

function assertRDD<U>(rdd: RDD<U> | null | undefined): RDD<U> {
  if (rdd !== null && rdd !== undefined) return rdd
  throw new SparkException(
    'TRANSFORM_RETURNED_NULL',
    'Transform function must not return null. Return SparkContext.emptyRDD() instead to represent no element as the result of transformation.',
  )
}
