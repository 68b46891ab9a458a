/**
 * Numbers that only look random: the same seed and stream give the same ones in every process (the generator sfc32). Each partition
 * takes its index as the stream, so that samples of one seed are independent between partitions and repeatable in each.
 */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param seed any number, whole or not. */
  constructor(seed: number, stream = 0) {
    const bits = new Uint32Array(new Float64Array([seed]).buffer)
    this.#a = scramble(bits[0]! ^ 0x9e3779b9)
    this.#b = scramble(bits[1]! ^ 0x85ebca6b)
    this.#c = scramble(stream ^ 0xc2b2ae35)
    // The first outputs still show the seed.
    for (let i = 0; i < 15; i++) this.nextUint32()
  }

  /** Returns a whole number from 0 to 2^32 - 1. */
  nextUint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum >>> 0
  }

  /** At least 0, less than 1, with 53 random bits. */
  nextFloat(): number {
    return ((this.nextUint32() >>> 5) * 67108864 + (this.nextUint32() >>> 6)) / 9007199254740992
  }

  /** A whole number from 0 to `bound` - 1. */
  nextInt(bound: number): number {
    return Math.floor(this.nextFloat() * bound)
  }

  /** How often something happens that happens `mean` times on average. */
  nextPoisson(mean: number): number {
    let count = 0
    // A sum of Poisson numbers is one; pieces keep exp(-mean) away from zero.
    for (let left = mean; left > 0; left -= POISSON_PIECE) count += this.#smallPoisson(Math.min(left, POISSON_PIECE))
    return count
  }

  #smallPoisson(mean: number): number {
    const limit = Math.exp(-mean)
    let count = 0
    for (let product = this.nextFloat(); product > limit; product *= this.nextFloat()) count++
    return count
  }

  /** Puts the items into a random order, in place. */
  shuffle(items: unknown[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.nextInt(i + 1)
      const moved = items[i]
      items[i] = items[j]
      items[j] = moved
    }
  }
}

const POISSON_PIECE = 32

/** A seed for who gave none: the only chance in the library. */
export function freshSeed(): number {
  return Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)
}

/** Spreads every bit of a word over all of its bits (the finalizer of MurmurHash3). */
export function scramble(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
