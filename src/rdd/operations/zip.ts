import type { LineageNode } from '../../engine/lineage.ts'
import { IllegalArgumentException } from '../../errors.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { ZipFunction } from '../../task/program.ts'
import type { RDDCore } from '../rdd-core.ts'
import type { NodeShape } from '../rdd-lineage.ts'
import { runJob } from '../run-job.ts'
import { narrow } from './narrow.ts'

/** Records computed from the partitions of the same index of several RDDs. @throws IllegalArgumentException for unequal numbers of partitions. */
export function zipPartitions<U>(
  operation: string,
  first: RDDCore<unknown>,
  others: readonly RDDCore<unknown>[],
  fn: ZipFunction,
  preservesPartitioning = false,
): RDDCore<U> {
  const className = `ZippedPartitionsRDD${others.length + 1}`
  const shape = (parents: readonly LineageNode[]): NodeShape => {
    requireEqualCounts(parents)
    const partitioners = parents.map((parent) => parent.partitioner)
    const shared = partitioners.every((one) => one && partitioners[0]!.equals(one)) ? partitioners[0]! : null
    return {
      kind: 'zipPartitions',
      className,
      numPartitions: parents[0]!.numPartitions,
      partitioner: preservesPartitioning ? shared : null,
      parents,
      fn,
    }
  }
  return first.derive<U>(operation, others, shape, { className })
}

function requireEqualCounts(parents: readonly LineageNode[]): void {
  const counts = parents.map((parent) => parent.numPartitions)
  if (counts.every((count) => count === counts[0])) return
  throw new IllegalArgumentException(
    'UNEQUAL_PARTITION_COUNTS',
    `Can't zip RDDs with unequal numbers of partitions: List(${counts.join(', ')})`,
  )
}

/**
 * Pairs each record with its place in the whole RDD. With more than one partition it has to count the partitions' records first, in a job
 * of its own that runs when the result is first needed.
 */
export function zipWithIndex<T>(rdd: RDDCore<T>): RDDCore<[T, number]> {
  const properties = rdd.context.jobProperties('zipWithIndex')
  return rdd.deriveLater<[T, number]>(
    'zipWithIndex',
    async () => {
      const parent = await rdd.resolve()
      const counted = Array.from({ length: Math.max(0, parent.numPartitions - 1) }, (_, i) => i)
      const counts =
        counted.length === 0
          ? []
          : await runJob<number>(rdd, 'zipWithIndex', { kind: 'count' }, { partitions: counted, properties })
      const starts = [0]
      for (const count of counts) starts.push(starts.at(-1)! + count)
      return {
        kind: 'narrow',
        className: 'ZippedWithIndexRDD',
        numPartitions: parent.numPartitions,
        partitioner: null,
        parent,
        op: builtin('numberRecords', starts),
      }
    },
    { className: 'ZippedWithIndexRDD' },
  )
}

/** Pairs each record with a number of its own: i, i + n, i + 2n … in partition i of n. Needs no job. */
export function zipWithUniqueId<T>(rdd: RDDCore<T>): RDDCore<[T, number]> {
  return rdd.derive<[T, number]>('zipWithUniqueId', [], ([parent]) => ({
    kind: 'narrow',
    className: 'MapPartitionsRDD',
    numPartitions: parent!.numPartitions,
    partitioner: null,
    parent: parent!,
    op: builtin('numberRecordsApart', parent!.numPartitions),
  }))
}

/** Pairs the records of two RDDs in order. */
export function zip<T, U>(left: RDDCore<T>, right: RDDCore<U>): RDDCore<[T, U]> {
  return zipPartitions<[T, U]>('zip', left, [right], builtin('zipRecords'))
}

/** Every pairing of a record of one RDD with a record of the other. */
export function cartesian<T, U>(left: RDDCore<T>, right: RDDCore<U>): RDDCore<[T, U]> {
  return left.derive<[T, U]>(
    'cartesian',
    [right],
    ([a, b]) => ({
      kind: 'cartesian',
      className: 'CartesianRDD',
      numPartitions: productOfCounts(a!.numPartitions, b!.numPartitions),
      partitioner: null,
      left: a!,
      right: b!,
    }),
    { className: 'CartesianRDD' },
  )
}

/** As many partitions as Spark can number. */
const MAX_PARTITIONS = 2 ** 31 - 1

function productOfCounts(left: number, right: number): number {
  if (left * right <= MAX_PARTITIONS) return left * right
  throw new IllegalArgumentException(
    'TOO_MANY_PARTITIONS',
    `cartesian of RDDs with ${left} and ${right} partitions would have ${left * right}, more than the ${MAX_PARTITIONS} that there can be. ` +
      'Give both fewer partitions first, for instance with coalesce(100)',
  )
}

/** Spark's `glom`: one record per partition, the array of all its records. */
export function glom<T>(rdd: RDDCore<T>): RDDCore<T[]> {
  return narrow<T[]>(rdd, 'glom', { kind: 'glom' })
}
