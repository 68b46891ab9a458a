import { ByteSink, type ClassTable, RecordCodec } from '../../task/codec/index.ts'
import type { BlockMemory } from './block-memory.ts'
import type { Region } from './line-buffer.ts'

/** Records that are encoded together. */
const CHUNK_RECORDS = 1024

/** Collects single records, encoded, until a block is cut (Spark's `BlockGenerator` buffer). */
export class RecordBuffer {
  readonly #memory: BlockMemory
  readonly #codec: RecordCodec
  readonly #sink = new ByteSink()
  #chunk: unknown[] = []
  #encodedCount = 0

  /** @param classes lets instances of the user's classes keep their class. */
  constructor(memory: BlockMemory, classes: ClassTable | undefined) {
    this.#memory = memory
    this.#codec = new RecordCodec(classes)
  }

  /** Bytes of the records that were encoded so far. */
  get byteLength(): number {
    return this.#sink.length
  }

  /** @throws RecordNotSerializableError when this record, or one shortly before it, cannot be encoded; the others are kept. */
  add(record: unknown): void {
    this.#chunk.push(record)
    if (this.#chunk.length >= CHUNK_RECORDS) this.#encode()
  }

  /** Takes all records out as one region; null where there are none. @throws RecordNotSerializableError as {@link add} does. */
  cut(): Region | null {
    try {
      this.#encode()
    } finally {
      if (this.#encodedCount === 0) this.#sink.length = 0
    }
    if (this.#encodedCount === 0) return null
    const region = this.#memory.copy(this.#sink.buffer.subarray(0, this.#sink.length), this.#encodedCount)
    this.#sink.length = 0
    this.#encodedCount = 0
    return region
  }

  #encode(): void {
    const chunk = this.#chunk
    if (chunk.length === 0) return
    this.#chunk = []
    try {
      this.#codec.encodeInto(chunk, this.#sink)
      this.#encodedCount += chunk.length
    } catch (error) {
      if (chunk.length > 1) for (const record of chunk) this.#encodeAlone(record)
      throw error
    }
  }

  /** Encodes a record at once, so that a record that cannot be encoded does not spoil the records around it. */
  #encodeAlone(record: unknown): void {
    try {
      this.#codec.encodeInto([record], this.#sink)
      this.#encodedCount++
    } catch {
      // The error of the chunk names it already.
    }
  }
}
