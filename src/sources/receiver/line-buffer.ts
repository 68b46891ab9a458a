import { SparkException } from '../../errors.ts'
import { behindLastLineEnd, behindLineEnds, countLineEnds } from './count-lines.ts'
import type { Slab, SlabPool } from './slab-pool.ts'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** Received bytes in shared memory. The owner of a region holds one use of the region's slab and must release it. */
export interface Region {
  readonly slab: Slab
  readonly bytes: Uint8Array
  /** Records inside, or -1 where nobody counted. */
  readonly recordCount: number
}

/**
 * Text as it comes from a socket, read straight into shared memory and cut into blocks of whole lines without being decoded.
 * A region that was cut stays where it was received; only the beginning of a line that the slab has no more room for is copied.
 * A `\r` ends a line at once, and a `\n` right behind it is dropped if the block that ends in `\r` has left already.
 */
export class LineBuffer {
  readonly #pool: SlabPool
  readonly #maxLineBytes: number
  /** Room for less than this is not worth a read. */
  readonly #minReadBytes: number
  #slab: Slab
  /** [start, linesEnd) are whole lines, [linesEnd, end) is the beginning of one. */
  #start = 0
  #linesEnd = 0
  #end = 0
  #lineCount = 0
  #endsInCarriageReturn = false
  #dropsLineFeed = false

  constructor(pool: SlabPool, maxLineBytes: number) {
    this.#pool = pool
    this.#maxLineBytes = maxLineBytes
    this.#minReadBytes = Math.min(64 * 1024, Math.ceil(pool.slabBytes / 4))
    this.#slab = pool.take()
  }

  /** Whole lines that were not cut yet. */
  get lineCount(): number {
    return this.#lineCount
  }

  /** Bytes of the whole lines that were not cut yet. */
  get lineBytes(): number {
    return this.#linesEnd - this.#start
  }

  /** Whether the slab is used up, so that the whole lines in it should be cut before {@link space} is asked for. */
  get isFull(): boolean {
    return this.#slab.bytes.length - this.#end < this.#minReadBytes
  }

  /**
   * Where the next bytes are to be written. Valid until the next call; cutting does not change it.
   * @throws SparkException for a line that is longer than allowed.
   */
  space(): Uint8Array {
    if (this.isFull) this.#moveOn()
    return this.#slab.bytes.subarray(this.#end)
  }

  /** Tells that `count` bytes were written at the start of the last {@link space}. */
  received(count: number): void {
    const { bytes } = this.#slab
    const from = this.#end
    const to = from + count
    if (count === 0) return
    let scanFrom = from
    if (bytes[from] === LINE_FEED && (this.#dropsLineFeed || this.#endsInCarriageReturn)) {
      scanFrom++
      this.#linesEnd = scanFrom
      if (this.#dropsLineFeed) this.#start = scanFrom
    }
    this.#dropsLineFeed = false
    this.#end = to
    this.#endsInCarriageReturn = bytes[to - 1] === CARRIAGE_RETURN
    const behindLast = behindLastLineEnd(this.#slab, scanFrom, to)
    if (behindLast === -1) return
    this.#lineCount += countLineEnds(this.#slab, scanFrom, behindLast)
    this.#linesEnd = behindLast
  }

  /** Ends the line that has begun, if any: the text ended without a line end. The next byte belongs to a new text. */
  endText(): void {
    if (this.#end > this.#linesEnd) {
      this.space()[0] = LINE_FEED
      this.received(1)
    }
    this.#endsInCarriageReturn = false
    this.#dropsLineFeed = false
  }

  /** Drops the beginning of a line, if any: its text was broken off. The next byte belongs to a new text. */
  discardPartialLine(): void {
    this.#end = this.#linesEnd
    this.#endsInCarriageReturn = false
    this.#dropsLineFeed = false
  }

  /** Takes up to `maxLines` whole lines out; null where there are none. */
  cut(maxLines = Number.POSITIVE_INFINITY): Region | null {
    const recordCount = Math.min(maxLines, this.#lineCount)
    if (recordCount <= 0) return null
    const { bytes } = this.#slab
    const isAll = recordCount === this.#lineCount
    const end = isAll ? this.#linesEnd : behindLineEnds(bytes, this.#start, this.#linesEnd, recordCount)
    const region = { slab: this.#slab, bytes: bytes.subarray(this.#start, end), recordCount }
    this.#slab.retain()
    this.#start = end
    this.#lineCount -= recordCount
    if (isAll && this.#endsInCarriageReturn) {
      this.#endsInCarriageReturn = false
      this.#dropsLineFeed = true
    }
    return region
  }

  /** Gives the memory back; nothing may be called afterwards. */
  close(): void {
    this.#slab.release()
  }

  /** Continues in a new slab, to which the bytes that are in no block yet are copied. */
  #moveOn(): void {
    const lineBytes = this.#end - this.#linesEnd
    if (lineBytes > this.#maxLineBytes) {
      throw new SparkException(
        'LINE_TOO_LONG',
        `a line has ${lineBytes} bytes and no end yet; millstream.streaming.receiver.maxLineSize allows ${this.#maxLineBytes}. ` +
          'Is this a text with line ends? If so, raise the setting.',
      )
    }
    const rest = this.#slab.bytes.subarray(this.#start, this.#end)
    const next = this.#pool.take(rest.length * 2 + this.#minReadBytes)
    next.bytes.set(rest)
    this.#slab.release()
    this.#slab = next
    this.#linesEnd -= this.#start
    this.#end -= this.#start
    this.#start = 0
  }
}
