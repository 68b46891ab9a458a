import { IllegalArgumentException } from '../../errors.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { ResultSink } from '../../task/program.ts'
import type { StatParts } from '../../task/stat-counter.ts'
import { StatCounter } from '../../task/stat-counter.ts'
import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'
import { BoundedDouble } from './bounded-double.ts'
import { mergeByKey } from './keyed-actions.ts'
import { PartialResult } from './partial-result.ts'
import { normalQuantile, poissonQuantile, studentQuantile } from './quantiles.ts'

/** Makes an answer from the results of some partitions. `fraction` is the share of partitions that have arrived; at 1 the answer is final. */
type Estimate<P, R> = (parts: readonly P[], fraction: number) => R

/** Waits until the job ends or the time is over, and answers from the results that have arrived. The job continues for the final value. */
async function estimateInTime<P, R>(
  rdd: RDDCore<unknown>,
  operation: string,
  sink: ResultSink,
  timeoutMs: number,
  estimate: Estimate<P, R>,
): Promise<PartialResult<R>> {
  const properties = rdd.context.jobProperties(operation)
  const total = await rdd.getNumPartitions()
  const arrived: P[] = []
  const final = runJob<P>(rdd, operation, sink, {
    properties,
    onResult: (_, value) => arrived.push(value as P),
  }).then((parts) => estimate(parts, 1))

  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<'timeUp'>((resolve) => {
    timer = setTimeout(() => resolve('timeUp'), timeoutMs)
  })
  try {
    const first = await Promise.race([final.then((value) => ({ value })), timeUp])
    if (first !== 'timeUp') return new PartialResult(first.value, Promise.resolve(first.value), true)
    return new PartialResult(estimate(arrived, total === 0 ? 1 : arrived.length / total), final, false)
  } finally {
    clearTimeout(timer)
  }
}

/** A count that may be of some partitions only, and how far the true one may be from it. */
export function countApprox(
  rdd: RDDCore<unknown>,
  timeoutMs: number,
  confidence: number,
): Promise<PartialResult<BoundedDouble>> {
  requireConfidence(confidence)
  return estimateInTime<number, BoundedDouble>(rdd, 'countApprox', { kind: 'count' }, timeoutMs, (counts, fraction) =>
    estimateCount(
      counts.reduce((a, b) => a + b, 0),
      fraction,
      confidence,
    ),
  )
}

/** As {@link countApprox}, for each distinct record. */
export function countByValueApprox<T>(
  rdd: RDDCore<T>,
  timeoutMs: number,
  confidence: number,
): Promise<PartialResult<Map<T, BoundedDouble>>> {
  return countEachApprox<T>(rdd, 'countByValueApprox', 'countRecords', timeoutMs, confidence)
}

/** As {@link countApprox}, for each key of an RDD of pairs. */
export function countByKeyApprox<K>(
  rdd: RDDCore<readonly [K, unknown]>,
  timeoutMs: number,
  confidence: number,
): Promise<PartialResult<Map<K, BoundedDouble>>> {
  return countEachApprox<K>(rdd, 'countByKeyApprox', 'countKeys', timeoutMs, confidence)
}

function countEachApprox<K>(
  rdd: RDDCore<unknown>,
  operation: string,
  counting: 'countKeys' | 'countRecords',
  timeoutMs: number,
  confidence: number,
): Promise<PartialResult<Map<K, BoundedDouble>>> {
  requireConfidence(confidence)
  return estimateInTime<[K, number][], Map<K, BoundedDouble>>(
    rdd,
    operation,
    builtin(counting),
    timeoutMs,
    (parts, fraction) => {
      const counts = mergeByKey(parts, (a, b) => a + b)
      return new Map([...counts].map(([key, count]) => [key, estimateCount(count, fraction, confidence)]))
    },
  )
}

/** A sum that may be of some partitions only, and how far the true one may be from it. */
export function sumApprox(
  rdd: RDDCore<number>,
  timeoutMs: number,
  confidence: number,
): Promise<PartialResult<BoundedDouble>> {
  requireConfidence(confidence)
  return estimateInTime<StatParts, BoundedDouble>(rdd, 'sumApprox', builtin('statsOfNumbers'), timeoutMs, (parts, f) =>
    estimateSum(mergeStats(parts), f, confidence),
  )
}

/** A mean that may be of some partitions only, and how far the true one may be from it. */
export function meanApprox(
  rdd: RDDCore<number>,
  timeoutMs: number,
  confidence: number,
): Promise<PartialResult<BoundedDouble>> {
  requireConfidence(confidence)
  return estimateInTime<StatParts, BoundedDouble>(rdd, 'meanApprox', builtin('statsOfNumbers'), timeoutMs, (parts, f) =>
    estimateMean(mergeStats(parts), f, confidence),
  )
}

function requireConfidence(confidence: number): void {
  if (confidence >= 0 && confidence <= 1) return
  throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `confidence (${confidence}) must be in [0,1]`)
}

function mergeStats(parts: readonly StatParts[]): StatCounter {
  return parts.map(StatCounter.fromParts).reduce((a, b) => a.mergeStats(b), new StatCounter())
}

/** Estimates a count. The missing part is taken to be a Poisson number with the density of the part that has arrived. */
function estimateCount(count: number, fraction: number, confidence: number): BoundedDouble {
  if (fraction >= 1) return BoundedDouble.exact(count)
  if (count === 0) return new BoundedDouble(0, 0, 0, Number.POSITIVE_INFINITY)
  const missing = (count * (1 - fraction)) / fraction
  const low = poissonQuantile((1 - confidence) / 2, missing)
  const high = poissonQuantile(1 - (1 - confidence) / 2, missing)
  return new BoundedDouble(count + missing, confidence, count + low, count + high)
}

function estimateMean(stats: StatCounter, fraction: number, confidence: number): BoundedDouble {
  if (fraction >= 1) return BoundedDouble.exact(stats.mean())
  const reach = confidenceFactor(stats.count(), confidence) * Math.sqrt(stats.sampleVariance() / stats.count())
  if (!Number.isFinite(reach)) return unbounded(stats.mean(), stats.count() === 0 ? 0 : confidence)
  return new BoundedDouble(stats.mean(), confidence, stats.mean() - reach, stats.mean() + reach)
}

/** Estimates a sum: the sum of the numbers that have arrived, plus the mean times the count of the missing ones. The mean and that count are both uncertain. */
function estimateSum(stats: StatCounter, fraction: number, confidence: number): BoundedDouble {
  if (fraction >= 1) return BoundedDouble.exact(stats.sum())
  if (stats.count() === 0) return unbounded(0, 0)
  const missingCount = (stats.count() * (1 - fraction)) / fraction
  const estimate = stats.sum() + stats.mean() * missingCount
  const meanVariance = stats.sampleVariance() / stats.count()
  const countVariance = (stats.count() * (1 - fraction)) / (fraction * fraction)
  const variance = stats.mean() ** 2 * countVariance + missingCount ** 2 * meanVariance + meanVariance * countVariance
  const reach = confidenceFactor(stats.count(), confidence) * Math.sqrt(variance)
  if (!Number.isFinite(reach)) return unbounded(estimate, confidence)
  return new BoundedDouble(estimate, confidence, estimate - reach, estimate + reach)
}

function unbounded(value: number, confidence: number): BoundedDouble {
  return new BoundedDouble(value, confidence, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
}

/** In how many standard deviations of the mean the true one lies; of a few numbers the deviation itself is uncertain. */
function confidenceFactor(count: number, confidence: number): number {
  if (count < 2) return Number.NaN
  const probability = (1 + confidence) / 2
  return count > 100 ? normalQuantile(probability) : studentQuantile(probability, count - 1)
}
