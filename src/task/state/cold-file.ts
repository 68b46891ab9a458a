import fs from 'node:fs'
import path from 'node:path'
import type { RecordCodec } from '../codec/index.ts'
import { uniqueFileName } from '../frames.ts'
import { writeAll } from '../write-all.ts'
import { StateNotSpilledError } from './errors.ts'

/** Length of an entry's bytes, before them. */
const HEADER_BYTES = 4
const WRITE_BUFFER_BYTES = 256 * 1024
/** Read at once when the length is not known yet: an entry that is shorter costs one call. */
const GUESSED_BYTES = 1024
const SCAN_BYTES = 64 * 1024

/**
 * Entries of a state that do not fit in the heap, one behind the other in a file that only grows: an entry that changes is written anew. An
 * entry's location stays good until {@link remove}, so that an earlier version of the state can still name it. The file is a worker's
 * overflow and no more: what must outlive the worker is checkpointed.
 */
export class ColdFile {
  readonly #codec: RecordCodec
  readonly #path: string
  readonly #file: number
  #buffer = Buffer.allocUnsafe(WRITE_BUFFER_BYTES)
  /** Bytes in the file; behind them, `#buffered` more in the buffer. */
  #written = 0
  #buffered = 0
  #window = Buffer.alloc(0)
  #windowStart = 0
  #count = 0

  constructor(directory: string, codec: RecordCodec) {
    this.#codec = codec
    this.#path = path.join(directory, uniqueFileName('state'))
    this.#file = this.#explained(() => fs.openSync(this.#path, 'wx+', 0o600))
  }

  /** Bytes of all entries ever written. */
  get length(): number {
    return this.#written + this.#buffered
  }

  /** Entries ever written. */
  get count(): number {
    return this.#count
  }

  /** @returns where the entry stands. */
  append(key: unknown, value: unknown): number {
    return this.#append(this.#codec.encode([[key, value]]))
  }

  /** Takes over an entry of another file. @returns where it stands here. */
  appendFrom(other: ColdFile, location: number): number {
    return this.#append(other.#bytesAt(location, true))
  }

  #append(bytes: Uint8Array): number {
    const size = HEADER_BYTES + bytes.length
    if (this.#buffered + size > this.#buffer.length) this.#flush()
    if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(size)
    const location = this.length
    this.#buffer.writeUInt32LE(bytes.length, this.#buffered)
    this.#buffer.set(bytes, this.#buffered + HEADER_BYTES)
    this.#buffered += size
    this.#count += 1
    return location
  }

  /** The entry at a location. @param isScan whether the entries behind it are likely to be read next. */
  read(location: number, isScan = false): [key: unknown, value: unknown] {
    return this.#codec.decode(this.#bytesAt(location, isScan))[0] as [unknown, unknown]
  }

  remove(): void {
    fs.closeSync(this.#file)
    fs.rmSync(this.#path, { force: true })
  }

  #bytesAt(location: number, isScan: boolean): Buffer {
    const ahead = isScan ? SCAN_BYTES : GUESSED_BYTES
    const length = this.#need(location, HEADER_BYTES, ahead).readUInt32LE(0)
    return this.#need(location, HEADER_BYTES + length, ahead).subarray(HEADER_BYTES, HEADER_BYTES + length)
  }

  /** At least `count` bytes from `location` on, which are good until the next read. */
  #need(location: number, count: number, ahead: number): Buffer {
    if (location >= this.#written) {
      return this.#buffer.subarray(location - this.#written, this.#buffered)
    }
    const skipped = location - this.#windowStart
    if (skipped >= 0 && skipped + count <= this.#window.length) return this.#window.subarray(skipped)
    const wanted = Math.min(Math.max(count, ahead), this.#written - location)
    const target =
      this.#window.buffer.byteLength >= wanted
        ? Buffer.from(this.#window.buffer)
        : Buffer.alloc(Math.max(wanted, SCAN_BYTES))
    let filled = 0
    while (filled < wanted) {
      const read = fs.readSync(this.#file, target, filled, wanted - filled, location + filled)
      if (read === 0) throw new Error(`the state's file ${this.#path} ends before byte ${location + wanted}`)
      filled += read
    }
    this.#window = target.subarray(0, filled)
    this.#windowStart = location
    return this.#window
  }

  #explained<T>(write: () => T): T {
    try {
      return write()
    } catch (cause) {
      throw new StateNotSpilledError(this.#path, cause)
    }
  }

  #flush(): void {
    // At its place: of a write that failed, a part may be there.
    this.#explained(() => writeAll(this.#file, this.#buffer.subarray(0, this.#buffered), this.#written))
    this.#written += this.#buffered
    this.#buffered = 0
  }
}
