import type { Readable } from 'node:stream'

/** Bytes that may wait here unread; above it the sender has to wait. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

/** The other side ended the stream where more was needed. */
export class EndOfInputError extends Error {
  override readonly name = 'EndOfInputError'
}

/** Reads a stream in pieces of asked-for length. Holds what arrived up to a limit, above which the stream is paused. */
export class ByteInput {
  readonly #stream: Readable
  #chunks: Buffer[] = []
  #waiting = 0
  #ended = false
  #error: Error | null = null
  #wake: (() => void) | null = null

  constructor(stream: Readable) {
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#waiting += chunk.length
      if (this.#waiting > MAX_WAITING_BYTES) stream.pause()
      this.#notify()
    })
    const end = (): void => {
      this.#ended = true
      this.#notify()
    }
    stream.on('end', end)
    stream.on('close', end)
    stream.on('error', (error) => {
      this.#error = error
      end()
    })
  }

  /** @returns exactly `length` bytes, a view where one piece holds them all. @throws EndOfInputError */
  async read(length: number): Promise<Buffer> {
    const first = this.#chunks[0]
    if (first !== undefined && first.length >= length) return this.#take(first, length)
    if (length === 0) return Buffer.alloc(0)
    const bytes = Buffer.allocUnsafeSlow(length)
    let at = 0
    while (at < length) {
      const chunk = this.#chunks[0]
      if (chunk === undefined) {
        await this.#more()
        continue
      }
      const taken = this.#take(chunk, Math.min(chunk.length, length - at))
      taken.copy(bytes, at)
      at += taken.length
    }
    return bytes
  }

  async readInt(): Promise<number> {
    return (await this.read(4)).readInt32BE(0)
  }

  /** @returns all that has arrived and was not read, without taking it. */
  peek(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** Resolves when more has arrived than there was. @throws EndOfInputError */
  async more(): Promise<void> {
    await this.#more()
  }

  /** @returns whether the stream has ended with nothing left; resolves when that is known. */
  async isAtEnd(): Promise<boolean> {
    while (this.#waiting === 0 && !this.#ended) await this.#arrival()
    return this.#waiting === 0
  }

  /** Reads and drops whatever comes until the other side ends the stream: what was written to it may be lost otherwise. */
  async discard(): Promise<void> {
    while (!(await this.isAtEnd())) {
      this.#chunks = []
      this.#waiting = 0
      this.#stream.resume()
    }
  }

  #take(chunk: Buffer, length: number): Buffer {
    if (length === chunk.length) this.#chunks.shift()
    else this.#chunks[0] = chunk.subarray(length)
    this.#waiting -= length
    if (this.#stream.isPaused() && this.#waiting <= MAX_WAITING_BYTES / 2) this.#stream.resume()
    return chunk.subarray(0, length)
  }

  async #more(): Promise<void> {
    const before = this.#waiting
    if (this.#ended) throw new EndOfInputError(`the executor closed the connection${this.#why()}`)
    // A message larger than the limit must still come in whole.
    this.#stream.resume()
    await this.#arrival()
    if (this.#waiting === before) await this.#more()
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }

  #why(): string {
    return this.#error === null ? '' : `: ${this.#error.message}`
  }
}
