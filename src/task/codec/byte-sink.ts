import { swapIfBigEndian } from './endianness.ts'

/** Node's own string copies of a Buffer, which its type declarations leave out. */
export interface StringBuffer extends Buffer {
  latin1Write(text: string, offset: number, length: number): number
  ucs2Write(text: string, offset: number, length: number): number
  latin1Slice(start: number, end: number): string
  ucs2Slice(start: number, end: number): string
}

const INITIAL_BYTES = 1024

/** A growing byte buffer. Column writers store straight into `buffer` after `reserve`; everything below `length` is written. */
export class ByteSink {
  /** The storage; replaced when it grows, so never held across a call that may reserve. */
  buffer: StringBuffer
  /** Bytes written so far; set back to an earlier value to take bytes back. */
  length = 0
  #view: DataView

  /** @param initialBytes first capacity, grown by doubling */
  constructor(initialBytes = INITIAL_BYTES) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(16, initialBytes)) as StringBuffer
    this.#view = new DataView(this.buffer.buffer)
  }

  /** Makes room for `count` bytes, counts them as written and gives the offset of the first. */
  reserve(count: number): number {
    const at = this.length
    const end = at + count
    if (end > this.buffer.length) this.#grow(end)
    this.length = end
    return at
  }

  u8(value: number): void {
    const at = this.reserve(1)
    this.buffer[at] = value
  }

  u32(value: number): void {
    const at = this.reserve(4)
    this.#view.setUint32(at, value, true)
  }

  /** Overwrites four bytes that were reserved before. */
  setUint32(at: number, value: number): void {
    this.#view.setUint32(at, value, true)
  }

  f64(value: number): void {
    const at = this.reserve(8)
    this.#view.setFloat64(at, value, true)
  }

  /** A non-negative integer up to 2^53-1, seven bits a byte, low bits first. */
  varint(value: number): void {
    let at = this.reserve(8)
    const buffer = this.buffer
    let rest = value
    while (rest > 0x7fffffff) {
      buffer[at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      buffer[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    buffer[at++] = rest
    this.length = at
  }

  /** Appends the bytes of a view as they stand in memory. */
  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    this.buffer.set(bytes, at)
  }

  /** Appends the first `count` elements of a typed array, little-endian. */
  elements(array: Uint16Array | Uint32Array | Float64Array | BigInt64Array, count: number): void {
    const width = array.BYTES_PER_ELEMENT
    const at = this.reserve(count * width)
    this.buffer.set(new Uint8Array(array.buffer, array.byteOffset, count * width), at)
    swapIfBigEndian(this.buffer, at, count, width)
  }

  /** Returns the written bytes as a view that is valid until the next write. */
  bytes(): Uint8Array {
    return new Uint8Array(this.buffer.buffer, this.buffer.byteOffset, this.length)
  }

  /** Returns the written bytes, copied to an ArrayBuffer of exactly their size, and empties the sink. */
  take(): Uint8Array {
    const taken = new Uint8Array(this.length)
    taken.set(this.bytes())
    this.length = 0
    return taken
  }

  /** Forgets what was written and keeps the storage. */
  reset(): void {
    this.length = 0
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2)) as StringBuffer
    grown.set(this.buffer.subarray(0, Math.min(this.length, this.buffer.length)))
    this.buffer = grown
    this.#view = new DataView(grown.buffer)
  }
}
