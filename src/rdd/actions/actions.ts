import { LIMIT_INITIAL_NUM_PARTITIONS, LIMIT_SCALE_UP_FACTOR } from '../../settings/jobs.ts'
import { read } from '../../settings/read.ts'
import type { PartitionIterator } from '../../task/iterator.ts'
import { joinParts } from '../join-parts.ts'
import type { RDDCore } from '../rdd-core.ts'
import { emptyCollection } from '../requirement.ts'
import type { JobOptions } from '../run-job.ts'
import { runJob } from '../run-job.ts'

export { max, min, takeOrdered, top } from './top-actions.ts'

export async function collect<T>(rdd: RDDCore<T>, operation: string, options: JobOptions = {}): Promise<T[]> {
  return joinParts(await runJob<T[]>(rdd, operation, { kind: 'collect' }, options))
}

export async function count(rdd: RDDCore<unknown>, operation: string, options: JobOptions = {}): Promise<number> {
  const counts = await runJob<number>(rdd, operation, { kind: 'count' }, options)
  return counts.reduce((sum, one) => sum + one, 0)
}

export async function foreach<T>(
  rdd: RDDCore<T>,
  operation: string,
  f: (value: T) => unknown,
  options: JobOptions = {},
): Promise<void> {
  await runJob(rdd, operation, { kind: 'foreach', fn: f }, options)
}

export async function foreachPartition<T>(
  rdd: RDDCore<T>,
  operation: string,
  f: (records: PartitionIterator<T>) => unknown,
  options: JobOptions = {},
): Promise<void> {
  await runJob(rdd, operation, { kind: 'foreachPartition', fn: f }, options)
}

export async function first<T>(rdd: RDDCore<T>): Promise<T> {
  const taken = await take(rdd, 'first', 1)
  if (taken.length === 0) throw emptyCollection()
  return taken[0]!
}

export async function isEmpty(rdd: RDDCore<unknown>): Promise<boolean> {
  return (await take(rdd, 'isEmpty', 1)).length === 0
}

/**
 * The first records in partition order (Spark's `RDD.take`): looks at one partition first, then at several at once, more each time
 * (`spark.rdd.limit.initialNumPartitions`, `spark.rdd.limit.scaleUpFactor`), and stops as soon as it has enough.
 */
export async function take<T>(
  rdd: RDDCore<T>,
  operation: string,
  wanted: number,
  options: JobOptions = {},
): Promise<T[]> {
  if (wanted <= 0) return []
  const properties = rdd.context.jobProperties(operation)
  const source = (key: string) => rdd.context.getSetting(key)
  const scaleUpFactor = Math.max(read(source, LIMIT_SCALE_UP_FACTOR), 2)
  const initial = read(source, LIMIT_INITIAL_NUM_PARTITIONS)
  const total = await rdd.getNumPartitions()
  const taken: T[] = []
  let scanned = 0
  while (taken.length < wanted && scanned < total) {
    const size = Math.min(total - scanned, nextScan(scanned, taken.length, wanted, initial, scaleUpFactor))
    const partitions = Array.from({ length: size }, (_, i) => scanned + i)
    const sink = { kind: 'take', count: wanted - taken.length } as const
    const results = await runJob<T[]>(rdd, operation, sink, { ...options, partitions, properties })
    for (const record of joinParts(results)) if (taken.length < wanted) taken.push(record)
    scanned += size
  }
  return taken
}

/** After nothing came, many more partitions; after something came, half as many again as its density says are needed. */
function nextScan(scanned: number, taken: number, wanted: number, initial: number, scaleUpFactor: number): number {
  if (scanned === 0) return initial
  const most = scanned * scaleUpFactor
  if (taken === 0) return most
  return Math.min(Math.max(1, Math.ceil((1.5 * (wanted - taken) * scanned) / taken)), most)
}
