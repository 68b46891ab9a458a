import { NoSuchElementException } from '../errors.ts'
import { KeyTable } from '../key/index.ts'
import { pairsOf } from '../pair.ts'
import { SeededRandom } from '../random.ts'

/** Keeps each record whose own random number lies in [lower, upper): parts cut from one seed are disjoint and complete. */
export function* sampleCell(
  records: Iterable<unknown>,
  partition: number,
  lower: number,
  upper: number,
  seed: number,
): Generator<unknown> {
  const random = new SeededRandom(seed, partition)
  for (const record of records) {
    const number = random.nextFloat()
    if (number >= lower && number < upper) yield record
  }
}

/** Repeats each record as often as a Poisson number of this mean says: sampling with replacement. */
export function* samplePoisson(
  records: Iterable<unknown>,
  partition: number,
  mean: number,
  seed: number,
): Generator<unknown> {
  const random = new SeededRandom(seed, partition)
  for (const record of records) {
    for (let left = random.nextPoisson(mean); left > 0; left--) yield record
  }
}

/** Samples pairs at a rate for each key. @throws NoSuchElementException for a key without one. */
export function* samplePartitionByKey(
  records: Iterable<unknown>,
  partition: number,
  fractions: readonly (readonly [unknown, number])[],
  withReplacement: boolean,
  seed: number,
): Generator<unknown> {
  const random = new SeededRandom(seed, partition)
  const rates = new KeyTable<number>()
  for (const [key, rate] of fractions) rates.set(key, rate)
  for (const record of pairsOf(records)) {
    const rate = rates.get(record[0])
    if (rate === undefined) {
      throw new NoSuchElementException(
        'KEY_NOT_FOUND',
        `key not found: ${String(record[0])}. Give sampleByKey a fraction for every key, 0 to leave one out.`,
      )
    }
    if (withReplacement) for (let left = random.nextPoisson(rate); left > 0; left--) yield record
    else if (random.nextFloat() < rate) yield record
  }
}

/** How many pairs of a key one partition has, and how many of them an exact sample takes from it. */
export interface Quota {
  readonly key: unknown
  readonly available: number
  readonly wanted: number
}

/** Takes exactly as many pairs of each key as its quota in this partition says. */
export function* sampleQuotas(
  records: Iterable<unknown>,
  partition: number,
  quotas: readonly (readonly Quota[])[],
  withReplacement: boolean,
  seed: number,
): Generator<unknown> {
  const random = new SeededRandom(seed, partition)
  const pickers = new KeyTable<() => number>()
  for (const { key, available, wanted } of quotas[partition] ?? []) {
    pickers.set(key, withReplacement ? repeatPicker(random, available, wanted) : oncePicker(random, available, wanted))
  }
  for (const record of pairsOf(records)) {
    for (let left = pickers.get(record[0])?.() ?? 0; left > 0; left--) yield record
  }
}

/** Says of one record after another whether it is among `wanted` of `available`, every choice being equally likely. */
function oncePicker(random: SeededRandom, available: number, wanted: number): () => number {
  let leftToSee = available
  let leftToTake = wanted
  return () => {
    const isTaken = random.nextFloat() * leftToSee < leftToTake
    leftToSee--
    if (isTaken) leftToTake--
    return isTaken ? 1 : 0
  }
}

/** Says of one record after another how often it is drawn when `wanted` are drawn from `available` with replacement. */
function repeatPicker(random: SeededRandom, available: number, wanted: number): () => number {
  const positions = new Float64Array(wanted)
  for (let i = 0; i < wanted; i++) positions[i] = random.nextInt(available)
  positions.sort()
  let seen = 0
  let used = 0
  return () => {
    let count = 0
    for (; used < wanted && positions[used] === seen; used++) count++
    seen++
    return count
  }
}

/** A partition's records in number, and a uniform sample of at most `size` of them. */
export interface Reservoir {
  readonly count: number
  readonly sample: readonly unknown[]
}

/** Draws the keys from which range bounds are made (reservoir sampling). */
export function reservoirOfKeys(records: Iterable<unknown>, partition: number, size: number, seed: number): Reservoir {
  const random = new SeededRandom(seed, partition)
  const sample: unknown[] = []
  let count = 0
  for (const [key] of pairsOf(records)) {
    count++
    if (sample.length < size) sample.push(key)
    else {
      const place = random.nextInt(count)
      if (place < size) sample[place] = key
    }
  }
  return { count, sample }
}
