import type { Duration } from '../../batches/duration.ts'
import { type MaybePromise, mapInOrder, whenReady } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import { SparkException } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { DStreamNode } from '../dstream-node.ts'
import { assertCommonSlide } from './common-slide.ts'
import type { StreamOperator } from './operator.ts'

/** All records of all parents' RDDs of the batch (Spark's `UnionDStream`). */
export class UnionOperator<T> implements StreamOperator<T> {
  readonly operation = 'union'
  readonly className = 'UnionDStream'
  readonly dependencies: readonly DStreamNode<T>[]

  constructor(parents: readonly DStreamNode<T>[]) {
    assertCommonSlide(parents, 'union')
    this.dependencies = parents
  }
  get slideDuration(): Duration {
    return this.dependencies[0]!.slideDuration
  }
  compute(time: Time): MaybePromise<RDD<T>> {
    const rdds = mapInOrder(this.dependencies, (parent) =>
      whenReady(parent.getOrCompute(time), (rdd) => given(rdd, time)),
    )
    return whenReady(rdds, (present) => this.dependencies[0]!.context.sparkContext.union(present))
  }
}

function given<T>(rdd: RDD<T> | null, time: Time): RDD<T> {
  if (rdd !== null) return rdd
  throw new SparkException('NO_PARENT_RDD', `Could not generate RDD from a parent for unifying at time ${time}`)
}
