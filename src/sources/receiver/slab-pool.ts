import assert from 'node:assert'
import type { CountableBytes } from './count-lines.ts'

const WORD_BYTES = 4
/** A slab that was idle during this many batches is released. */
const BATCHES_PER_TRIM = 100

/**
 * A piece of memory that every thread can read, holding received data of one stream, block behind block. It counts who uses it; when
 * the last one is done, the pool gives its memory to new data.
 */
export class Slab implements CountableBytes {
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly buffer: Buffer
  readonly #onFree: (slab: Slab) => void
  #users = 0

  constructor(sizeBytes: number, onFree: (slab: Slab) => void) {
    const memory = new SharedArrayBuffer(Math.ceil(sizeBytes / WORD_BYTES) * WORD_BYTES)
    this.bytes = new Uint8Array(memory)
    this.words = new Int32Array(memory)
    this.buffer = Buffer.from(memory)
    this.#onFree = onFree
  }

  retain(): void {
    this.#users++
  }

  release(): void {
    assert(this.#users > 0, 'a slab is released by those who use it, once')
    if (--this.#users === 0) this.#onFree(this)
  }
}

/**
 * Gives out slabs and takes them back. Shared memory is used again rather than left to the garbage collectors: they do not count it
 * among what they must free, and every worker that ever saw a piece of it would have to collect it too.
 */
export class SlabPool {
  readonly slabBytes: number
  readonly #idle: Slab[] = []
  #bytesInUse = 0
  /** The smallest number of idle slabs since the last trim. This many slabs were never needed. */
  #leastIdle = 0
  #trims = 0

  constructor(slabBytes: number) {
    this.slabBytes = slabBytes
  }

  /** Bytes of all slabs that somebody uses. */
  get bytesInUse(): number {
    return this.#bytesInUse
  }

  /** A slab with room for at least `minBytes`, retained once for the caller. */
  take(minBytes = this.slabBytes): Slab {
    const slab = (minBytes <= this.slabBytes ? this.#idle.pop() : undefined) ?? this.#create(minBytes)
    this.#leastIdle = Math.min(this.#leastIdle, this.#idle.length)
    this.#bytesInUse += slab.bytes.length
    slab.retain()
    return slab
  }

  /**
   * Called once a batch: every so often lets go of the slabs that were not needed in all that time. Not sooner, because memory that is let go
   * may stay taken for long, and batches come in waves when a source is paused.
   */
  trim(): void {
    if (++this.#trims < BATCHES_PER_TRIM) return
    this.#trims = 0
    this.#idle.length -= this.#leastIdle
    this.#leastIdle = this.#idle.length
  }

  /** Lets go of all slabs that nobody uses. */
  close(): void {
    this.#idle.length = 0
    this.#leastIdle = 0
  }

  #create(minBytes: number): Slab {
    return new Slab(Math.max(minBytes, this.slabBytes), (slab) => {
      this.#bytesInUse -= slab.bytes.length
      const isUsual = slab.bytes.length < this.slabBytes + WORD_BYTES
      if (isUsual) this.#idle.push(slab)
    })
  }
}
