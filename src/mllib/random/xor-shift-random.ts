import { boundedInt } from './java-random.ts'

/** The seed of Scala's hash of arrays. */
const ARRAY_SEED = 0x3c074a61

/** Spark's `XORShiftRandom`: the same seed gives the same numbers. The 64 bits of its state stand in two numbers of 32. */
export class XORShiftRandom {
  #high: number
  #low: number
  #spareGaussian: number | undefined

  /** @param seed a Java `long`. */
  constructor(seed: number | bigint) {
    const bits = BigInt.asUintN(64, BigInt(seed))
    const high = Number(bits >> 32n)
    const low = Number(bits & 0xffffffffn)
    this.#low = hashOfLong(high, low, ARRAY_SEED)
    this.#high = hashOfLong(high, low, this.#low)
  }

  /** 26 and 27 bits make a number from 0 to below 1. */
  nextDouble(): number {
    this.#step()
    const high = (this.#low & 0x3ffffff) * 2 ** 27
    this.#step()
    return (high + (this.#low & 0x7ffffff)) * 2 ** -53
  }

  /** Any Java `int`; with a bound a whole number from 0 to `bound` - 1. */
  nextInt(bound?: number): number {
    const next = (mask: number) => {
      this.#step()
      return this.#low & mask
    }
    return bound === undefined ? next(-1) : boundedInt(bound, () => next(0x7fffffff))
  }

  /** A number from the standard normal distribution, by the polar method. */
  nextGaussian(): number {
    if (this.#spareGaussian !== undefined) {
      const spare = this.#spareGaussian
      this.#spareGaussian = undefined
      return spare
    }
    for (;;) {
      const a = 2 * this.nextDouble() - 1
      const b = 2 * this.nextDouble() - 1
      const square = a * a + b * b
      if (square >= 1 || square === 0) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      this.#spareGaussian = b * factor
      return a * factor
    }
  }

  #step(): void {
    let high = this.#high
    let low = this.#low
    high ^= (high << 21) | (low >>> 11)
    low ^= low << 21
    low ^= high >>> 3
    high ^= (high << 4) | (low >>> 28)
    low ^= low << 4
    this.#high = high
    this.#low = low
  }
}

/** Scala's MurmurHash3 of the eight bytes of a number, most significant byte first. */
function hashOfLong(high: number, low: number, seed: number): number {
  let hash = seed | 0
  for (const word of [high, low]) {
    let k = Math.imul(swapBytes(word), 0xcc9e2d51)
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
    hash ^= k
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  hash ^= 8
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** The hash reads the bytes of a word least significant byte first. */
function swapBytes(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}
