import fs from 'node:fs'
import type { InputSplit } from '../input.ts'
import { localPath } from '../sources/local-path.ts'
import { readStored } from '../sources/stored-bytes.ts'
import { type ByteStream, isLocalFile, taskFiles } from '../task-files.ts'
import { SequenceFileError } from './errors.ts'
import { readVint, vintLength } from './vint.ts'

/** Bytes read from the file at a time. */
const READ_BYTES = 256 * 1024

/** A file that is read forwards from any of its positions. */
export class FileCursor {
  readonly path: string
  readonly #source: PositionedBytes
  /** Bytes of the file from `#start` on. */
  #buffer: Buffer = Buffer.alloc(0)
  #start = 0
  /** Of the next byte. */
  position = 0

  constructor(split: InputSplit) {
    this.path = split.path
    this.#source = sourceOf(split)
  }

  /** Goes to a position. */
  seek(position: number): void {
    this.position = position
  }

  /** Whether so many bytes follow. */
  has(length: number): boolean {
    const isInside = this.position >= this.#start && this.position <= this.#start + this.#buffer.length
    if (!isInside) {
      this.#buffer = Buffer.alloc(0)
      this.#start = this.position
    }
    while (this.#start + this.#buffer.length - this.position < length) {
      const rest = this.#buffer.subarray(this.position - this.#start)
      const wanted = Math.max(READ_BYTES, length - rest.length)
      const next = this.#source.read(this.position + rest.length, wanted)
      if (next.length === 0) return false
      this.#buffer = rest.length === 0 ? next : Buffer.concat([rest, next])
      this.#start = this.position
    }
    return true
  }

  /** The next bytes, which are good until the next call. @throws SequenceFileError where the file ends before. */
  take(length: number): Buffer {
    if (length < 0) throw new SequenceFileError(this.path, `it has a length of ${length} at byte ${this.position}`)
    if (!this.has(length)) throw new SequenceFileError(this.path, 'it ends within a record')
    const at = this.position - this.#start
    this.position += length
    return this.#buffer.subarray(at, at + length)
  }

  int(): number {
    return this.take(4).readInt32BE()
  }

  vint(): number {
    const first = this.take(1)[0]!
    const length = vintLength(first)
    if (length === 1) return readVint([first] as unknown as Uint8Array, 0)
    return readVint(Buffer.concat([Buffer.from([first]), this.take(length - 1)]), 0)
  }

  close(): void {
    this.#source.close()
  }
}

interface PositionedBytes {
  /** Up to `length` bytes; none at the end of the file. */
  read(position: number, length: number): Buffer
  close(): void
}

function sourceOf(split: InputSplit): PositionedBytes {
  if (split.content !== undefined) {
    const content = readStored(split.content)
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    return { read: (position, length) => bytes.subarray(position, position + length), close() {} }
  }
  return isLocalFile(split.path) ? localBytes(split.path) : streamedBytes(split.path)
}

function localBytes(path: string): PositionedBytes {
  const file = fs.openSync(localPath(path), 'r')
  let isOpen = true
  return {
    read(position, length) {
      const bytes = Buffer.allocUnsafe(length)
      return bytes.subarray(0, fs.readSync(file, bytes, 0, length, position))
    },
    close() {
      if (isOpen) fs.closeSync(file)
      isOpen = false
    },
  }
}

/** A file of another file system, opened again where it is not read on from where it was. */
function streamedBytes(path: string): PositionedBytes {
  let stream: ByteStream | null = null
  let at = -1
  return {
    read(position, length) {
      if (stream === null || at !== position) {
        stream?.close()
        stream = taskFiles().open(path, position, false)
        at = position
      }
      const bytes = Buffer.allocUnsafe(length)
      const count = stream.read(bytes)
      at += count
      return bytes.subarray(0, count)
    },
    close: () => stream?.close(),
  }
}
