import { HyperLogLog, hash64 } from './hyper-log-log.ts'

/** Hashes kept as they are, as a part of the number of registers: beyond it registers take less memory (as in Spark's HyperLogLog++). */
const SPARSE_SHARE = 0.75
const HASH_BYTES = 8
const SPARSE = 0
const DENSE = 1

/**
 * How many distinct values it was given, about (Spark's `HyperLogLogPlus(p, sp)`): registers of 2^precision bytes. While there are few values
 * it keeps their hashes in their place and counts the places that they take among 2^sparsePrecision, which is far more exact.
 */
export class DistinctSketch {
  readonly #sparsePrecision: number
  readonly #registers: HyperLogLog
  readonly #maxSparse: number
  /** Hashes, each as one whole number of its two words; null once there are too many. */
  #sparse: Map<string, readonly [number, number]> | null

  /** @param sparsePrecision 0 to use registers from the start. */
  constructor(precision: number, sparsePrecision: number) {
    this.#registers = new HyperLogLog(precision)
    this.#sparsePrecision = sparsePrecision
    this.#maxSparse = SPARSE_SHARE * 2 ** precision
    this.#sparse = sparsePrecision === 0 ? null : new Map()
  }

  add(value: unknown): void {
    this.#addHash(hash64(value))
  }

  /** @param bytes of a sketch of the same precisions, from {@link toBytes}. */
  merge(bytes: Uint8Array): void {
    if (bytes[0] === DENSE) {
      this.#becomeDense()
      this.#registers.merge(bytes.subarray(1))
      return
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1)
    for (let at = 0; at < view.byteLength; at += HASH_BYTES) this.#addHash([view.getInt32(at), view.getInt32(at + 4)])
  }

  toBytes(): Uint8Array {
    if (this.#sparse === null) {
      const bytes = new Uint8Array(1 + this.#registers.registers.length)
      bytes[0] = DENSE
      bytes.set(this.#registers.registers, 1)
      return bytes
    }
    const bytes = new Uint8Array(1 + HASH_BYTES * this.#sparse.size)
    bytes[0] = SPARSE
    const view = new DataView(bytes.buffer, 1)
    let at = 0
    for (const [high, low] of this.#sparse.values()) {
      view.setInt32(at, high)
      view.setInt32(at + 4, low)
      at += HASH_BYTES
    }
    return bytes
  }

  /** The estimate, a whole number. */
  count(): number {
    if (this.#sparse === null) return this.#registers.count()
    const places = 2 ** this.#sparsePrecision
    const taken = new Set<number>()
    for (const [high] of this.#sparse.values()) taken.add(high >>> (32 - this.#sparsePrecision))
    return Math.round(places * Math.log(places / (places - taken.size)))
  }

  #addHash(hash: readonly [number, number]): void {
    if (this.#sparse === null) {
      this.#registers.addHash(hash)
      return
    }
    this.#sparse.set(`${hash[0]},${hash[1]}`, hash)
    if (this.#sparse.size > this.#maxSparse) this.#becomeDense()
  }

  #becomeDense(): void {
    const hashes = this.#sparse
    this.#sparse = null
    for (const hash of hashes?.values() ?? []) this.#registers.addHash(hash)
  }
}
