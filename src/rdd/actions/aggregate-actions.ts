import { copyValue } from '../../task/copy-value.ts'
import { builtin } from '../../task/partition-functions.ts'
import { HashPartitioner } from '../../task/partitioner.ts'
import { settled } from '../../task/settled.ts'
import { joinParts } from '../join-parts.ts'
import { combineWith, foldAggregator } from '../operations/combine-by-key.ts'
import { narrow } from '../operations/narrow.ts'
import type { RDDCore } from '../rdd-core.ts'
import { emptyCollection, require } from '../requirement.ts'
import { runJob } from '../run-job.ts'

/** All records merged by `f`, partition by partition, the partitions' results in their order. @throws UnsupportedOperationException when there are none. */
export async function reduce<T>(rdd: RDDCore<T>, operation: string, f: (a: T, b: T) => T): Promise<T> {
  return reduceParts(await runJob<T[]>(rdd, operation, { kind: 'reduce', fn: f }), f)
}

/** Merges the results of partitions, each `[value]`, or `[]` for a partition without records, into one value. */
export function reduceParts<T>(parts: readonly (readonly T[])[], f: (a: T, b: T) => T): T {
  const values = joinParts(parts)
  if (values.length === 0) throw emptyCollection()
  return values.reduce((a, b) => settled(f(a, b), 'reduce'))
}

/** Each partition folded into a zero of its own, and the results into another one. */
export async function aggregate<T, U>(
  rdd: RDDCore<T>,
  operation: string,
  zero: U,
  seqOp: (accumulated: U, value: T) => U,
  combOp: (a: U, b: U) => U,
): Promise<U> {
  const total = copyValue(zero)
  const parts = await runJob<U>(rdd, operation, { kind: 'aggregate', zero, seqOp })
  return parts.reduce((a, b) => settled(combOp(a, b), operation), total)
}

/** As {@link aggregate}, but partitions' results are merged on workers in `depth` - 1 rounds before the driver merges the rest. */
export async function treeAggregate<T, U>(
  rdd: RDDCore<T>,
  zero: U,
  seqOp: (accumulated: U, value: T) => U,
  combOp: (a: U, b: U) => U,
  depth: number,
): Promise<U> {
  requireDepth(depth)
  const total = copyValue(zero)
  const folded = narrow<U>(rdd, 'treeAggregate', builtin('foldPartition', zero, seqOp))
  const merge = (pairs: RDDCore<[number, U]>, groupCount: number) =>
    combineWith<number, U>(pairs, 'treeAggregate', foldAggregator(zero, combOp, combOp), () => {
      return new HashPartitioner(groupCount)
    })
  const few = await mergeInRounds(folded, 'treeAggregate', depth, merge)
  const parts = await runJob<U>(few, 'treeAggregate', { kind: 'aggregate', zero, seqOp: combOp })
  return parts.reduce((a, b) => settled(combOp(a, b), 'treeAggregate'), total)
}

/** As {@link reduce}, but partitions' results are merged on workers in `depth` - 1 rounds before the driver merges the rest. */
export async function treeReduce<T>(rdd: RDDCore<T>, f: (a: T, b: T) => T, depth: number): Promise<T> {
  requireDepth(depth)
  const reduced = narrow<T>(rdd, 'treeReduce', builtin('reducePartition', f))
  const merge = (pairs: RDDCore<[number, T]>, groupCount: number) =>
    combineWith<number, T>(pairs, 'treeReduce', { kind: 'reduce', merge: f }, () => new HashPartitioner(groupCount))
  return reduce(await mergeInRounds(reduced, 'treeReduce', depth, merge), 'treeReduce', f)
}

function requireDepth(depth: number): void {
  require(depth >= 1, `Depth must be greater than or equal to 1 but got ${depth}.`)
}

/** Merges partitions by shuffles, each dividing their number by the same factor, while that leaves less to do at the end. */
async function mergeInRounds<U>(
  rdd: RDDCore<U>,
  operation: string,
  depth: number,
  merge: (pairs: RDDCore<[number, U]>, groupCount: number) => RDDCore<[number, U]>,
): Promise<RDDCore<U>> {
  let count = await rdd.getNumPartitions()
  const scale = Math.max(Math.ceil(count ** (1 / depth)), 2)
  let current = rdd
  while (count > scale + Math.ceil(count / scale)) {
    count = Math.floor(count / scale)
    const grouped = narrow<[number, U]>(current, operation, builtin('keyByGroup', count))
    current = narrow<U>(merge(grouped, count), operation, { kind: 'values' })
  }
  return current
}
