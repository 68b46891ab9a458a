const MULTIPLIER = 0x5deece66dn
const MASK_48 = (1n << 48n) - 1n

/** Java's `java.util.Random`: the same seed gives the same numbers. For few numbers; {@link XORShiftRandom} is for many. */
export class JavaRandom {
  #seed: bigint

  constructor(seed: number | bigint) {
    this.#seed = (BigInt(seed) ^ MULTIPLIER) & MASK_48
  }

  nextLong(): bigint {
    const high = BigInt(this.#next(32)) << 32n
    return BigInt.asIntN(64, high + BigInt(this.#next(32)))
  }

  /** At least 0, less than 1. */
  nextDouble(): number {
    const high = this.#next(26) * 2 ** 27
    return (high + this.#next(27)) * 2 ** -53
  }

  /** Any Java `int`; with a bound a whole number from 0 to `bound` - 1. */
  nextInt(bound?: number): number {
    return bound === undefined ? this.#next(32) : boundedInt(bound, () => this.#next(31))
  }

  #next(bits: number): number {
    this.#seed = (this.#seed * MULTIPLIER + 0xbn) & MASK_48
    return Number(BigInt.asIntN(32, this.#seed >> BigInt(48 - bits)))
  }
}

/** Java's way from 31 random bits to a number below a bound. */
export function boundedInt(bound: number, next31: () => number): number {
  const bits = next31()
  if ((bound & (bound - 1)) === 0) return Number((BigInt(bound) * BigInt(bits)) >> 31n)
  let candidate = bits
  let rest = candidate % bound
  while (candidate - rest + (bound - 1) > 0x7fffffff) {
    candidate = next31()
    rest = candidate % bound
  }
  return rest
}
