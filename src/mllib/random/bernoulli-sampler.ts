import { JavaRandom } from './java-random.ts'
import { XORShiftRandom } from './xor-shift-random.ts'

/** Up to this fraction Spark draws how many records to skip, above it a number for each record. */
const MAX_GAP_FRACTION = 0.4
/** The smallest number whose logarithm Spark takes. */
const GAP_EPSILON = 5e-11

/** The seeds of the partitions of a sample, as Spark's `PartitionwiseSampledRDD` draws them from the seed of the sample. */
export function partitionSeeds(seed: number, partitions: number): bigint[] {
  const random = new JavaRandom(seed)
  return Array.from({ length: partitions }, () => random.nextLong())
}

/** Says of one record of a partition after another whether it is in the sample, as Spark's `BernoulliSampler` does. */
export class BernoulliSampler {
  readonly #fraction: number
  readonly #random: XORShiftRandom
  readonly #logOfRest: number
  #toSkip = 0

  /** @param fraction of the records, from 0 to 1. @param seed of the partition. */
  constructor(fraction: number, seed: bigint) {
    this.#fraction = fraction
    this.#random = new XORShiftRandom(seed)
    this.#logOfRest = Math.log1p(-fraction)
    if (this.#usesGaps) this.#drawGap()
  }

  takesNext(): boolean {
    if (this.#fraction <= 0) return false
    if (this.#fraction >= 1) return true
    if (!this.#usesGaps) return this.#random.nextDouble() <= this.#fraction
    if (this.#toSkip > 0) {
      this.#toSkip--
      return false
    }
    this.#drawGap()
    return true
  }

  get #usesGaps(): boolean {
    return this.#fraction > 0 && this.#fraction <= MAX_GAP_FRACTION
  }

  #drawGap(): void {
    const number = Math.max(this.#random.nextDouble(), GAP_EPSILON)
    this.#toSkip = Math.trunc(Math.log(number) / this.#logOfRest)
  }
}
