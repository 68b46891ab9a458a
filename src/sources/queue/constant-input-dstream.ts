import { checkArgument } from '../../arguments/check-arguments.ts'
import type { DStreamContext } from '../../dstream/dstream.ts'
import { InputDStream } from '../../dstream/input-dstream.ts'
import { IllegalArgumentException } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { anRDD } from '../../rdd/rdd-arguments.ts'

/** The same RDD in every batch (Spark's `ConstantInputDStream`). */
export class ConstantInputDStream<T> extends InputDStream<T> {
  readonly #rdd: RDD<T>

  /** @throws IllegalArgumentException when `rdd` is null. */
  constructor(context: DStreamContext, rdd: RDD<T>) {
    if (rdd === null || rdd === undefined) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        'requirement failed: parameter rdd null is illegal, which will lead to NPE in the following transformation',
      )
    }
    checkArgument('new ConstantInputDStream', anRDD('rdd'), rdd)
    super(context, 'constantInputDStream')
    this.#rdd = rdd
  }
  override compute(): RDD<T> {
    return this.#rdd
  }
}
