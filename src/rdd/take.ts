import { IllegalArgumentException } from '../errors.ts'
import type { RDD } from './rdd.ts'
import { runJob } from './run-job.ts'

/**
 * The first records in partition order (Spark's `RDD.take`): looks at one partition first, then at several at once, more each time
 * (`spark.rdd.limit.initialNumPartitions`, `spark.rdd.limit.scaleUpFactor`), and stops as soon as it has enough.
 */
export async function take<T>(
  rdd: RDD<T>,
  count: number,
  options: { operation?: string; signal?: AbortSignal } = {},
): Promise<T[]> {
  const { operation = 'take', signal } = options
  if (count <= 0) return []
  const scaleUpFactor = Math.max(limitSetting(rdd, 'spark.rdd.limit.scaleUpFactor', 4, 2), 2)
  const initial = limitSetting(rdd, 'spark.rdd.limit.initialNumPartitions', 1, 1)
  const taken: T[] = []
  const total = (await rdd.resolve()).numPartitions
  let scanned = 0
  while (taken.length < count && scanned < total) {
    const left = count - taken.length
    const partitions = range(scanned, Math.min(total, scanned + nextCount()))
    const results = await runJob<T[]>(
      rdd,
      operation,
      { kind: 'take', count: left },
      signal ? { partitions, signal } : { partitions },
    )
    for (const result of results) {
      for (const record of result) if (taken.length < count) taken.push(record)
    }
    scanned += partitions.length
  }
  return taken

  /** After nothing came, many more; after something came, half as many again as the yield so far says are needed. */
  function nextCount(): number {
    if (scanned === 0) return initial
    if (taken.length === 0) return scanned * scaleUpFactor
    const expected = Math.ceil((1.5 * (count - taken.length) * scanned) / taken.length)
    return Math.min(Math.max(expected, 1), scanned * scaleUpFactor)
  }
}

function limitSetting(rdd: RDD<unknown>, key: string, fallback: number, least: number): number {
  const text = rdd.context.getSetting(key)
  if (text === undefined) return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) {
    throw new IllegalArgumentException(
      'INVALID_CONF_VALUE',
      `${key} should be a whole number of at least ${least}, but was ${text}`,
    )
  }
  return value
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i)
}
