import { detachString } from '../codec/detach-string.ts'
import { ByteSink, type RecordCodec } from '../codec/index.ts'
import { FrameFile, frame, framesReader, uniqueFileName } from '../frames.ts'
import type { CacheLevel } from '../input.ts'
import { type Chunk, chunksReader, concatReaders, forEachChunk, isPromise, type Reader } from '../reader.ts'
import { StateVersion } from '../state/state-version.ts'
import type { TaskRuntime } from '../task-runtime.ts'

/** Objects take about this many times the bytes of their encoded form. */
const OBJECT_OVERHEAD = 4
const SAMPLE_RECORDS = 64

/**
 * Reads a partition through to its end, keeps it as its storage level says, then hands it out. A partition for which there is no room
 * is handed out all the same and not kept.
 */
export function cachingReader(
  input: Reader,
  rddId: number,
  partition: number,
  level: CacheLevel,
  runtime: TaskRuntime,
): Reader {
  const keeper = keeperOf(rddId, partition, level, runtime)
  let kept: Reader | null = null
  const keep = (chunk: Chunk): boolean => {
    runtime.checkCancelled()
    return !keeper.keep(chunk)
  }
  return {
    isAsync: input.isAsync,
    next() {
      if (kept !== null) return kept.next()
      const done = forEachChunk(input, keep)
      const start = (): Chunk | null | Promise<Chunk | null> => {
        kept = keeper.finish(input)
        return kept.next()
      }
      return isPromise(done) ? done.then(start) : start()
    },
    close() {
      keeper.discard()
      void kept?.close()
      return input.close()
    },
  }
}

interface Keeper {
  /** @returns false when there is no room: nothing more is kept, and `finish` hands out the rest of the input behind what it has. */
  keep(chunk: Chunk): boolean
  finish(input: Reader): Reader
  /** Frees what an unfinished partition holds. */
  discard(): void
}

function keeperOf(rddId: number, partition: number, level: CacheLevel, runtime: TaskRuntime): Keeper {
  if (level.useMemory) {
    return level.deserialized
      ? objectKeeper(rddId, partition, level, runtime)
      : serializedKeeper(rddId, partition, level, runtime)
  }
  return diskKeeper(rddId, partition, runtime, [])
}

/** Keeps records as objects in this worker's heap. */
function objectKeeper(rddId: number, partition: number, level: CacheLevel, runtime: TaskRuntime): Keeper {
  const chunks: Chunk[] = []
  let sizeBytes = 0
  let disk: Keeper | null = null
  return {
    keep(chunk) {
      if (disk !== null) return disk.keep(chunk)
      const detached = chunk.map(detachRecord)
      chunks.push(detached)
      sizeBytes += estimateBytes(detached, runtime.codec)
      if (runtime.blocks.reserve(rddId, sizeBytes)) return true
      if (!level.useDisk) return false
      disk = diskKeeper(rddId, partition, runtime, chunks)
      return true
    },
    finish(input) {
      if (disk !== null) return disk.finish(input)
      if (!runtime.blocks.reserve(rddId, sizeBytes)) {
        return concatReaders([() => chunksReader(chunks), () => input], input.isAsync)
      }
      runtime.blocks.put(rddId, partition, level, chunks, sizeBytes)
      return chunksReader(chunks)
    },
    discard: () => disk?.discard(),
  }
}

/** Keeps encoded records in memory that every worker can read. */
function serializedKeeper(rddId: number, partition: number, level: CacheLevel, runtime: TaskRuntime): Keeper {
  const sink = new ByteSink()
  let disk: DiskKeeper | null = null
  return {
    keep(chunk) {
      if (disk !== null) return disk.keep(chunk)
      sink.append(frame(chunk, runtime.codec))
      if (sink.length <= runtime.sharedCacheBytes()) return true
      if (!level.useDisk) return false
      disk = diskKeeper(rddId, partition, runtime, [])
      disk.keepBytes(sink.take())
      return true
    },
    finish(input) {
      if (disk !== null) return disk.finish(input)
      if (sink.length > runtime.sharedCacheBytes()) {
        const bytes = sink.take()
        return concatReaders([() => framesReader(bytes, runtime.codec), () => input], input.isAsync)
      }
      const stored = new Uint8Array(new SharedArrayBuffer(sink.length))
      stored.set(sink.bytes())
      runtime.blocks.report({ rddId, partition, where: 'stored', stored })
      return framesReader(stored, runtime.codec)
    },
    discard: () => disk?.discard(),
  }
}

interface DiskKeeper extends Keeper {
  keepBytes(bytes: Uint8Array): void
}

function diskKeeper(rddId: number, partition: number, runtime: TaskRuntime, before: readonly Chunk[]): DiskKeeper {
  const file = new FrameFile(runtime.localDir(), uniqueFileName('cache'), runtime.codec)
  let isFinished = false
  for (const chunk of before) file.append(chunk)
  return {
    keep(chunk) {
      file.append(chunk)
      return true
    },
    keepBytes: (bytes) => {
      file.appendBytes(bytes)
    },
    finish() {
      isFinished = true
      file.close()
      const stored = { path: file.path, offset: 0, length: file.length }
      runtime.blocks.report({ rddId, partition, where: 'stored', stored })
      return framesReader(stored, runtime.codec)
    },
    discard() {
      if (!isFinished) file.remove()
    },
  }
}

/** A kept string must not pin the text window that it was cut from. */
function detachRecord(record: unknown): unknown {
  if (typeof record === 'string') return detachString(record)
  if (Array.isArray(record) && record.length === 2) {
    const [key, value] = record as [unknown, unknown]
    if (typeof key === 'string' || typeof value === 'string') return [detachRecord(key), detachRecord(value)]
  }
  return record
}

function estimateBytes(chunk: Chunk, codec: RecordCodec): number {
  if (chunk.length === 0) return 0
  // A table of state limits its own memory, and the versions of many batches share it.
  if (chunk[0] instanceof StateVersion) return UNKNOWN_RECORD_BYTES
  const columns = typedArrayBytes(chunk)
  if (columns > 0) return columns
  return (encodedBytes(chunk.slice(0, SAMPLE_RECORDS), codec) * OBJECT_OVERHEAD + 8) * chunk.length
}

/** Estimates the bytes of records from their typed arrays, which are nearly all of such a record; 0 when the first record has no typed array. */
function typedArrayBytes(chunk: Chunk): number {
  if (!hasTypedArrays(chunk[0])) return 0
  let bytes = UNKNOWN_RECORD_BYTES * chunk.length
  for (const record of chunk) {
    if (!hasTypedArrays(record)) continue
    for (const value of Object.values(record)) if (ArrayBuffer.isView(value)) bytes += value.byteLength
  }
  return bytes
}

function hasTypedArrays(record: unknown): record is object {
  return (
    typeof record === 'object' && record !== null && Object.values(record).some((value) => ArrayBuffer.isView(value))
  )
}

/** Bytes per record; records that cannot be encoded may still be kept as objects, at a guess. */
function encodedBytes(sample: Chunk, codec: RecordCodec): number {
  try {
    return codec.encode(sample).length / sample.length
  } catch {
    return UNKNOWN_RECORD_BYTES
  }
}

const UNKNOWN_RECORD_BYTES = 64
