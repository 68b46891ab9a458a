import { IllegalArgumentException, UnsupportedOperationException } from '../../errors.ts'
import { compareDoubles } from '../../task/partition-functions/numbers.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { StatParts } from '../../task/stat-counter.ts'
import { StatCounter } from '../../task/stat-counter.ts'
import type { RDDCore } from '../rdd-core.ts'
import { emptyCollection } from '../requirement.ts'
import { runJob } from '../run-job.ts'

/** The sum of all numbers, 0 when there are none. */
export async function sum(rdd: RDDCore<number>): Promise<number> {
  return (await runJob<number>(rdd, 'sum', builtin('sumOfNumbers'))).reduce((a, b) => a + b, 0)
}

/** Count, mean, variance, maximum and minimum in one pass. @throws UnsupportedOperationException for an RDD without partitions. */
export async function stats(rdd: RDDCore<number>, operation: string): Promise<StatCounter> {
  const parts = await runJob<StatParts>(rdd, operation, builtin('statsOfNumbers'))
  if (parts.length === 0) throw emptyCollection()
  return parts.map(StatCounter.fromParts).reduce((a, b) => a.mergeStats(b))
}

/** Counts in intervals of equal width between the least and the greatest number. */
export async function histogramOfCount(
  rdd: RDDCore<number>,
  bucketCount: number,
): Promise<[bounds: number[], counts: number[]]> {
  if (!Number.isInteger(bucketCount) || bucketCount < 1) throw tooFewBounds()
  const properties = rdd.context.jobProperties('histogram')
  const parts = await runJob<[number, number]>(rdd, 'histogram', builtin('rangeOfNumbers'), { properties })
  if (parts.length === 0) throw emptyCollection()
  const min = parts.reduce((least, part) => Math.min(least, part[0]), Number.POSITIVE_INFINITY)
  const max = parts.reduce((greatest, part) => Math.max(greatest, part[1]), Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    throw new UnsupportedOperationException(
      'HISTOGRAM_RANGE',
      'Histogram on either an empty RDD or RDD containing +/-infinity or NaN',
    )
  }
  const bounds =
    min === max
      ? [min, min]
      : Array.from({ length: bucketCount + 1 }, (_, i) =>
          i === bucketCount ? max : min + (i * (max - min)) / bucketCount,
        )
  const counting = builtin('countIntervals', bounds, true)
  return [bounds, addUp(await runJob<number[]>(rdd, 'histogram', counting, { properties }), bounds.length - 1)]
}

/** Counts in the intervals between the given bounds. */
export async function histogramOfBounds(
  rdd: RDDCore<number>,
  bounds: readonly number[],
  isEven: boolean,
): Promise<number[]> {
  if (bounds.length < 2) throw tooFewBounds()
  if (bounds.some((bound, i) => i > 0 && compareDoubles(bound, bounds[i - 1]!) <= 0)) {
    throw new IllegalArgumentException(
      'HISTOGRAM_BUCKETS',
      `buckets should be sorted and hold no value twice: ${bounds.join(', ')}`,
    )
  }
  const counting = builtin('countIntervals', [...bounds], isEven)
  return addUp(await runJob<number[]>(rdd, 'histogram', counting), bounds.length - 1)
}

function tooFewBounds(): IllegalArgumentException {
  return new IllegalArgumentException('HISTOGRAM_BUCKETS', 'buckets array must have at least two elements')
}

function addUp(parts: readonly (readonly number[])[], length: number): number[] {
  const totals = new Array<number>(length).fill(0)
  for (const part of parts) for (let i = 0; i < length; i++) totals[i]! += part[i]!
  return totals
}
