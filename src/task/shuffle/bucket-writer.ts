import { ByteSink } from '../codec/index.ts'
import { FRAME_LENGTH_BYTES, FrameFile, uniqueFileName } from '../frames.ts'
import type { StoredBytes } from '../input.ts'
import { wrongPartition } from '../partitioner.ts'
import { noteShuffled, noteSpill } from '../task-counters.ts'
import type { TaskRuntime } from '../task-runtime.ts'

/** Records of one bucket that are encoded together. */
const BUCKET_RECORDS = 2048
/** Records of all buckets together held as objects; above it every bucket is encoded. */
const MAX_BUFFERED_RECORDS = 64 * 1024

/** The output of a map task: the segments for every reduce partition, in memory and in a file. */
export interface ShuffleOutput {
  readonly bytes: Uint8Array
  /** Segment of partition p is bytes[offsets[p], offsets[p + 1]). */
  readonly offsets: readonly number[]
  readonly fileSegments: readonly (readonly StoredBytes[])[] | null
}

/**
 * The map side's output: records gathered per reduce partition, encoded in frames, kept in memory up to an allowance and written to
 * one file behind it. Holds at most `MAX_BUFFERED_RECORDS` records as objects.
 */
export class BucketWriter {
  readonly #runtime: TaskRuntime
  readonly #memoryBytes: number
  readonly #buckets: unknown[][]
  readonly #sinks: (ByteSink | null)[]
  #sinkBytes = 0
  #buffered = 0
  #file: FrameFile | null = null
  #fileSegments: StoredBytes[][] | null = null

  /** @param memoryBytes bytes that may stay in memory. */
  constructor(partitions: number, memoryBytes: number, runtime: TaskRuntime) {
    this.#runtime = runtime
    this.#memoryBytes = memoryBytes
    this.#buckets = Array.from({ length: partitions }, () => [])
    this.#sinks = new Array<ByteSink | null>(partitions).fill(null)
  }

  add(partition: number, record: unknown): void {
    const bucket = this.#buckets[partition]
    if (bucket === undefined) throw wrongPartition(partition, this.#buckets.length)
    bucket.push(record)
    this.#buffered += 1
    if (bucket.length === BUCKET_RECORDS) this.#encode(partition)
    else if (this.#buffered >= MAX_BUFFERED_RECORDS) this.#encodeAll()
  }

  /** Encodes what is left. @returns the output; small ones own their bytes, large ones are in shared memory. */
  finish(): ShuffleOutput {
    this.#encodeAll()
    this.#file?.close()
    const offsets = [0]
    let length = 0
    for (const sink of this.#sinks) {
      length += sink?.length ?? 0
      offsets.push(length)
    }
    const bytes = length > SHARED_FROM_BYTES ? new Uint8Array(new SharedArrayBuffer(length)) : new Uint8Array(length)
    this.#sinks.forEach((sink, partition) => {
      if (sink !== null) bytes.set(sink.bytes(), offsets[partition] as number)
    })
    return { bytes, offsets, fileSegments: this.#fileSegments }
  }

  /** Removes the file of a task that failed. */
  discard(): void {
    this.#file?.remove()
  }

  #encodeAll(): void {
    for (let partition = 0; partition < this.#buckets.length; partition++) this.#encode(partition)
  }

  #encode(partition: number): void {
    const bucket = this.#buckets[partition] as unknown[]
    if (bucket.length === 0) return
    const sink = this.#sinkOf(partition)
    const before = sink.length
    writeFrame(sink, bucket, this.#runtime)
    this.#buffered -= bucket.length
    noteShuffled(bucket.length, sink.length - before)
    bucket.length = 0
    this.#sinkBytes += sink.length - before
    if (this.#sinkBytes > this.#memoryBytes) this.#spill()
  }

  #sinkOf(partition: number): ByteSink {
    let sink = this.#sinks[partition]
    if (sink === null || sink === undefined) {
      sink = new ByteSink()
      this.#sinks[partition] = sink
    }
    return sink
  }

  #spill(): void {
    this.#file ??= new FrameFile(this.#runtime.localDir(), uniqueFileName('shuffle'), this.#runtime.codec)
    this.#fileSegments ??= this.#buckets.map(() => [])
    for (let partition = 0; partition < this.#sinks.length; partition++) {
      const sink = this.#sinks[partition]
      if (!sink || sink.length === 0) continue
      this.#fileSegments[partition]?.push(this.#file.appendBytes(sink.bytes()))
      noteSpill(sink.length)
      this.#sinks[partition] = null
    }
    this.#sinkBytes = 0
  }
}

/** An output of at least this size goes to shared memory. Copying a smaller output is cheaper than making a shared buffer. */
const SHARED_FROM_BYTES = 16 * 1024

/** Appends the frame of `records` to `sink`. */
function writeFrame(sink: ByteSink, records: readonly unknown[], runtime: TaskRuntime): void {
  const header = sink.length
  sink.reserve(FRAME_LENGTH_BYTES)
  runtime.codec.encodeInto(records, sink)
  sink.setUint32(header, sink.length - header - FRAME_LENGTH_BYTES)
}
