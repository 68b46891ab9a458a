import type { StringBuffer } from './byte-sink.ts'
import { swapIfBigEndian } from './endianness.ts'
import { CorruptBlockError } from './errors.ts'
import { MAX_CHUNK_RECORDS } from './format.ts'

/** Reads a chunk's bytes in order. Every read is checked against the end, so damaged bytes end in a `CorruptBlockError`. */
export class ByteSource {
  readonly buffer: StringBuffer
  /** Offset of the next byte to read. */
  position: number
  /** Offset after the last byte that may be read. */
  end: number
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as StringBuffer
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.position = 0
    this.end = bytes.byteLength
  }

  get remaining(): number {
    return this.end - this.position
  }

  /** Checks that `count` more bytes are there, before memory is taken for what they hold. */
  expect(count: number): void {
    if (!(count <= this.end - this.position)) {
      throw new CorruptBlockError(`${count} bytes are needed at offset ${this.position} and ${this.remaining} are left`)
    }
  }

  /** Steps over `count` bytes and gives the offset of the first. */
  take(count: number): number {
    this.expect(count)
    const at = this.position
    this.position = at + count
    return at
  }

  u8(): number {
    const at = this.take(1)
    return this.buffer[at]!
  }

  u32(): number {
    return this.#view.getUint32(this.take(4), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.take(8), true)
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let byteIndex = 0; byteIndex < 8; byteIndex++) {
      const byte = this.u8()
      value += (byte & 127) * scale
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 128
    }
    throw new CorruptBlockError(`an integer before offset ${this.position} is longer than 53 bits`)
  }

  /** A varint that counts things of at least `bytesEach` bytes that follow. */
  count(bytesEach: number): number {
    const count = this.varint()
    if (count * bytesEach > this.remaining) {
      throw new CorruptBlockError(
        `${count} items are announced before offset ${this.position} and ${this.remaining} bytes are left`,
      )
    }
    return count
  }

  /** Checks that a column of `count` values can be in the bytes that are left. */
  expectColumn(count: number): void {
    if (count > MAX_CHUNK_RECORDS && count > this.remaining * 8) {
      throw new CorruptBlockError(
        `a column of ${count} values is announced at offset ${this.position} and ${this.remaining} bytes are left`,
      )
    }
  }

  /** Copies `count` little-endian elements into a fresh, aligned typed array. */
  elements<T extends Uint16Array | Uint32Array | Float64Array | BigInt64Array>(target: T, count: number): T {
    const width = target.BYTES_PER_ELEMENT
    const at = this.take(count * width)
    const bytes = new Uint8Array(target.buffer, target.byteOffset, count * width)
    bytes.set(this.buffer.subarray(at, at + count * width))
    swapIfBigEndian(bytes, 0, count, width)
    return target
  }
}
