import { canonicalKey } from './key/index.ts'
import { scramble } from './random.ts'

/** Bits of a hash: two words of 32. */
const HASH_BITS = 64

/**
 * Estimates how many distinct values it was given from 2^precision bytes, with a standard error of about 1.04 / sqrt(2^precision)
 * (HyperLogLog; small counts by linear counting). Values are told apart as keys are.
 */
export class HyperLogLog {
  readonly precision: number
  /** For each group of hashes, the longest run of leading zeros seen, plus one. */
  readonly registers: Uint8Array

  /** @param registers of another one of this precision, to go on with. */
  constructor(precision: number, registers: Uint8Array = new Uint8Array(2 ** precision)) {
    this.precision = precision
    this.registers = registers
  }

  add(value: unknown): void {
    this.addHash(hash64(value))
  }

  /** @param hash the two words of {@link hash64}. */
  addHash([high, low]: readonly [high: number, low: number]): void {
    const index = high >>> (32 - this.precision)
    const rest = high << this.precision
    const bitsInHigh = 32 - this.precision
    const zeros = rest !== 0 ? Math.clz32(rest) : bitsInHigh + Math.clz32(low)
    const rank = Math.min(zeros, HASH_BITS - this.precision) + 1
    if (rank > this.registers[index]!) this.registers[index] = rank
  }

  merge(registers: Uint8Array): void {
    for (let i = 0; i < registers.length; i++) {
      if (registers[i]! > this.registers[i]!) this.registers[i] = registers[i]!
    }
  }

  /** The estimate, a whole number. */
  count(): number {
    const size = this.registers.length
    let sum = 0
    let untouched = 0
    for (const rank of this.registers) {
      sum += 2 ** -rank
      if (rank === 0) untouched++
    }
    const linear = untouched === 0 ? Number.POSITIVE_INFINITY : size * Math.log(size / untouched)
    // Up to here linear counting is the more exact of the two.
    if (linear <= 2.5 * size) return Math.round(linear)
    return Math.round((biasOf(size) * size * size) / sum)
  }
}

function biasOf(size: number): number {
  if (size === 16) return 0.673
  if (size === 32) return 0.697
  if (size === 64) return 0.709
  return 0.7213 / (1 + 1.079 / size)
}

const number64 = new Float64Array(1)
const numberWords = new Uint32Array(number64.buffer)

/** Two words, each depending on the whole value: equal for equal keys, the same in every process. */
export function hash64(value: unknown): [high: number, low: number] {
  const canonical = canonicalKey(value)
  if (typeof canonical === 'number') {
    // Adding 0 makes -0 the 0 that it equals.
    number64[0] = canonical + 0
    return hashWords(numberWords[0]!, numberWords[1]!)
  }
  const text = typeof canonical === 'string' ? canonical : `\u0000${typeof canonical}${String(canonical)}`
  let a = 0x9368e53c ^ text.length
  let b = 0x586dcd20 ^ text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x85ebca6b)
    a ^= a >>> 13
    b = Math.imul(b ^ unit, 0xc2b2ae35)
    b ^= b >>> 16
  }
  return hashWords(a, b)
}

function hashWords(a: number, b: number): [high: number, low: number] {
  const high = scramble(a ^ Math.imul(b, 0x9e3779b1))
  return [high, scramble(b ^ high ^ 0x27d4eb2f)]
}
