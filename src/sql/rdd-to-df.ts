import type { SparkContext } from '../context/spark-context.ts'
import { RDD } from '../rdd/rdd.ts'
import type { DataFrame } from './dataframe/dataframe.ts'
import { SparkSession } from './dataframe/spark-session.ts'

declare module '../rdd/rdd.ts' {
  interface RDD<T> {
    /**
     * The records as a DataFrame (Spark's `rdd.toDF`): arrays and objects by their elements and properties, others as one column `value`. Types are found out
     * from the first records when an action runs. Loaded with `millstream/sql`.
     * @param names of the columns; `_1`, `_2`, … or the properties' unless given.
     */
    toDF(...names: readonly string[]): DataFrame
  }
}

RDD.prototype.toDF = function (this: RDD<unknown>, ...names: readonly string[]): DataFrame {
  return SparkSession.of(this.sparkContext as SparkContext).dataFrame({ kind: 'rdd', rdd: this, schema: null, names })
}
