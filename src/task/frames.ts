import fs from 'node:fs'
import path from 'node:path'
import { threadId } from 'node:worker_threads'
import type { RecordCodec } from './codec/index.ts'
import { CorruptBlockError } from './codec/index.ts'
import type { StoredBytes } from './input.ts'
import type { Chunk, Reader } from './reader.ts'
import { writeAll } from './write-all.ts'

/**
 * A frame is a chunk of the record codec behind its length (4 bytes, little endian): what shuffle segments, spilled runs and
 * serialised cached partitions are made of, so that they can be read piece by piece from memory or from a file.
 */
export const FRAME_LENGTH_BYTES = 4

const READ_AHEAD_BYTES = 256 * 1024

/** Reads the chunks of frames that stand one after another. */
export function framesReader(stored: StoredBytes, codec: RecordCodec): Reader {
  return stored instanceof Uint8Array ? memoryFramesReader(stored, codec) : fileFramesReader(stored, codec)
}

function memoryFramesReader(bytes: Uint8Array, codec: RecordCodec): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let position = 0
  return {
    isAsync: false,
    next() {
      if (position >= bytes.length) return null
      const length = view.getUint32(position, true)
      const start = position + FRAME_LENGTH_BYTES
      if (start + length > bytes.length) throw truncated('memory', position)
      position = start + length
      return codec.decode(bytes.subarray(start, position))
    },
    close() {
      position = bytes.length
    },
  }
}

function fileFramesReader(
  stored: { readonly path: string; readonly offset: number; readonly length: number },
  codec: RecordCodec,
): Reader {
  let file: number | null = null
  let buffer = Buffer.allocUnsafe(Math.min(READ_AHEAD_BYTES, stored.length))
  let from = 0
  let to = 0
  let position = stored.offset
  const end = stored.offset + stored.length

  const need = (count: number): void => {
    if (to - from >= count) return
    if (buffer.length < count) {
      const larger = Buffer.allocUnsafe(count)
      buffer.copy(larger, 0, from, to)
      buffer = larger
    } else {
      buffer.copyWithin(0, from, to)
    }
    to -= from
    from = 0
    file ??= fs.openSync(stored.path, 'r')
    while (to < count) {
      const read = fs.readSync(file, buffer, to, Math.min(buffer.length - to, end - position), position)
      if (read === 0) throw truncated(stored.path, position)
      position += read
      to += read
    }
  }
  const close = (): void => {
    if (file !== null) fs.closeSync(file)
    file = null
    position = end
    from = to
  }
  return {
    isAsync: false,
    next() {
      if (position >= end && from === to) {
        close()
        return null
      }
      need(FRAME_LENGTH_BYTES)
      const length = buffer.readUInt32LE(from)
      need(FRAME_LENGTH_BYTES + length)
      from += FRAME_LENGTH_BYTES
      const chunk = codec.decode(buffer.subarray(from, from + length))
      from += length
      return chunk
    },
    close,
  }
}

function truncated(where: string, offset: number): CorruptBlockError {
  return new CorruptBlockError(`a frame at byte ${offset} of ${where} ends behind the data's end`)
}

/** Appends frames to a file of its own and remembers where each went. Removed by {@link FrameFile.remove}. */
export class FrameFile {
  readonly path: string
  readonly #codec: RecordCodec
  #file: number | null
  #length = 0

  constructor(directory: string, name: string, codec: RecordCodec) {
    this.path = path.join(directory, name)
    this.#codec = codec
    this.#file = fs.openSync(this.path, 'wx', 0o600)
  }

  /** Writes one chunk. @returns where it stands. */
  append(records: Chunk): StoredBytes {
    return this.appendBytes(frame(records, this.#codec))
  }

  /** Writes bytes that are frames already. @returns where they stand. */
  appendBytes(bytes: Uint8Array): StoredBytes {
    if (this.#file === null) throw new Error(`the spill file ${this.path} is closed`)
    // At its place: when an earlier write failed, a part of its bytes may be in the file.
    writeAll(this.#file, bytes, this.#length)
    const stored = { path: this.path, offset: this.#length, length: bytes.length }
    this.#length += bytes.length
    return stored
  }

  get length(): number {
    return this.#length
  }

  /** Ends writing; what was written stays readable. */
  close(): void {
    if (this.#file !== null) fs.closeSync(this.#file)
    this.#file = null
  }

  remove(): void {
    this.close()
    fs.rmSync(this.path, { force: true })
  }
}

/** @returns the frame of one chunk. */
export function frame(records: Chunk, codec: RecordCodec): Uint8Array {
  const encoded = codec.encode(records)
  const bytes = new Uint8Array(FRAME_LENGTH_BYTES + encoded.length)
  new DataView(bytes.buffer).setUint32(0, encoded.length, true)
  bytes.set(encoded, FRAME_LENGTH_BYTES)
  return bytes
}

let fileCount = 0

/** A file name no other file of this worker has. @param kind `spill`, `shuffle`, `cache`. */
export function uniqueFileName(kind: string): string {
  fileCount += 1
  return `${kind}-${process.pid}-${threadId}-${fileCount}`
}
