import { KeyTable } from '../../task/key/index.ts'
import type { Quota } from '../../task/partition-functions/sampling.ts'
import { builtin } from '../../task/partition-functions.ts'
import { SeededRandom } from '../../task/random.ts'
import { joinParts } from '../join-parts.ts'
import type { RDDCore } from '../rdd-core.ts'
import { require } from '../requirement.ts'
import { runJob } from '../run-job.ts'
import { narrow } from './narrow.ts'

/** A random part of the records; the same seed gives the same part. */
export function sample<T>(
  rdd: RDDCore<T>,
  operation: string,
  withReplacement: boolean,
  fraction: number,
  seed: number,
): RDDCore<T> {
  require(fraction >= 0, `Fraction must be nonnegative, but got ${fraction}`)
  require(withReplacement ||
    fraction <= 1, `Sampling fraction (${fraction}) must be on interval [0, 1] without replacement`)
  const op = withReplacement ? builtin('samplePoisson', fraction, seed) : builtin('sampleCell', 0, fraction, seed)
  return rdd.derive<T>(
    operation,
    [],
    ([parent]) => ({
      kind: 'narrow',
      className: 'PartitionwiseSampledRDD',
      numPartitions: parent!.numPartitions,
      partitioner: parent!.partitioner,
      parent: parent!,
      op,
    }),
    { className: 'PartitionwiseSampledRDD' },
  )
}

/** Parts of the records in about the proportions of the weights: every record is in exactly one. */
export function randomSplit<T>(rdd: RDDCore<T>, weights: readonly number[], seed: number): RDDCore<T>[] {
  const list = `[${weights.join(',')}]`
  require(weights.every((weight) => weight >= 0), `Weights must be nonnegative, but got ${list}`)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  require(sum > 0, `Sum of weights must be positive, but got ${list}`)
  const ends = [0]
  for (const weight of weights) ends.push(ends.at(-1)! + weight / sum)
  // Rounding must leave no record behind the last part.
  ends[weights.length] = Number.POSITIVE_INFINITY
  return weights.map((_, i) => {
    const op = builtin('sampleCell', ends[i], ends[i + 1], seed)
    return narrow<T>(rdd, 'randomSplit', op, { preservesPartitioning: true })
  })
}

/** How many of each key's pairs to take: a Map, or a plain object for keys that are strings. */
export type KeyFractions<K> = ReadonlyMap<K, number> | (K extends string ? Readonly<Record<K, number>> : never)

function fractionEntries<K>(fractions: KeyFractions<K>): [K, number][] {
  const entries = fractions instanceof Map ? [...fractions] : Object.entries(fractions)
  for (const [key, fraction] of entries) {
    require(fraction >= 0, `Negative sampling rate ${fraction} for the key ${String(key)}`)
  }
  return entries as [K, number][]
}

/** A random part of each key's pairs, at a rate for each key. */
export function sampleByKey<K, V>(
  rdd: RDDCore<readonly [K, V]>,
  withReplacement: boolean,
  fractions: KeyFractions<K>,
  seed: number,
): RDDCore<[K, V]> {
  const op = builtin('sampleByKey', fractionEntries(fractions), withReplacement, seed)
  return narrow<[K, V]>(rdd, 'sampleByKey', op, { preservesPartitioning: true })
}

/** As {@link sampleByKey}, but exactly ceil(rate · count) pairs of each key; the counts come from a job that runs when they are first needed. */
export function sampleByKeyExact<K, V>(
  rdd: RDDCore<readonly [K, V]>,
  withReplacement: boolean,
  fractions: KeyFractions<K>,
  seed: number,
): RDDCore<[K, V]> {
  const rates = new KeyTable<number, K>()
  for (const [key, rate] of fractionEntries(fractions)) rates.set(key, rate)
  const properties = rdd.context.jobProperties('sampleByKeyExact')
  return rdd.deriveLater<[K, V]>('sampleByKeyExact', async () => {
    const parent = await rdd.resolve()
    const counts = await runJob<[K, number][]>(rdd, 'sampleByKeyExact', builtin('countKeys'), { properties })
    const quotas = drawQuotas(counts, rates, withReplacement, new SeededRandom(seed))
    return {
      kind: 'narrow',
      className: 'MapPartitionsRDD',
      numPartitions: parent.numPartitions,
      partitioner: parent.partitioner,
      parent,
      op: builtin('sampleQuotas', quotas, withReplacement, seed),
    }
  })
}

/** Divides each key's sample among the partitions at random, as drawing from all pairs of the key would. */
function drawQuotas<K>(
  counts: readonly (readonly [K, number][])[],
  rates: KeyTable<number, K>,
  withReplacement: boolean,
  random: SeededRandom,
): Quota[][] {
  const totals = new KeyTable<number, K>()
  for (const [key, count] of joinParts(counts)) totals.merge(key, count, (a, b) => a + b)
  const left = new KeyTable<{ available: number; wanted: number }, K>()
  for (const [key, total] of totals.pairs()) {
    const rate = rates.get(key)
    require(rate !== undefined, `sampleByKeyExact has no fraction for the key ${String(key)}`)
    const wanted = Math.ceil(rate * total)
    left.set(key, { available: total, wanted: withReplacement ? wanted : Math.min(wanted, total) })
  }
  return counts.map((part) =>
    part.map(([key, available]) => {
      const rest = left.get(key)!
      const wanted = withReplacement
        ? drawBinomial(random, rest.wanted, available / rest.available)
        : drawHypergeometric(random, available, rest.wanted, rest.available)
      rest.available -= available
      rest.wanted -= wanted
      return { key, available, wanted }
    }),
  )
}

function drawBinomial(random: SeededRandom, trials: number, probability: number): number {
  if (probability >= 1) return trials
  let hits = 0
  for (let i = 0; i < trials; i++) if (random.nextFloat() < probability) hits++
  return hits
}

/** How many of `wanted` items, drawn from `total` without replacement, are among the first `count`. */
function drawHypergeometric(random: SeededRandom, count: number, wanted: number, total: number): number {
  let hits = 0
  for (let i = 0; i < count; i++) if (random.nextFloat() * (total - i) < wanted - hits) hits++
  return hits
}
