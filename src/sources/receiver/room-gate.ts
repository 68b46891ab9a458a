/** A source that is told to wait may still bring what it has read already. */
const OVERRUN = 1.25

/**
 * Counts the bytes of a stream that were received and not processed yet, and lets those who bring more wait until there is room. What no
 * batch has been given yet may take half of it: while one batch is processed, the next can then be received.
 */
export class RoomGate {
  readonly #maxBytes: number
  #bytes = 0
  #unallocatedBytes = 0
  #waiting: { promise: Promise<void>; resolve: () => void } | null = null

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#maxBytes && this.#unallocatedBytes < this.#maxBytes / 2
  }

  /** Whether a receiver continues to store data although there is no room. */
  get isOverrun(): boolean {
    return this.#bytes >= this.#maxBytes * OVERRUN
  }

  /** Bytes arrived that no batch has yet. */
  receive(bytes: number): void {
    this.#bytes += bytes
    this.#unallocatedBytes += bytes
  }

  /** Bytes that had arrived are given up before any batch has them. */
  drop(bytes: number): void {
    this.#bytes -= bytes
    this.#unallocatedBytes = Math.max(0, this.#unallocatedBytes - bytes)
    if (this.hasRoom) this.open()
  }

  /** A batch was given all that had arrived. */
  allocate(): void {
    this.#unallocatedBytes = 0
    if (this.hasRoom) this.open()
  }

  /** A batch that had left waits again after all. */
  add(bytes: number): void {
    this.#bytes += bytes
  }

  remove(bytes: number): void {
    this.#bytes -= bytes
    if (this.hasRoom) this.open()
  }

  /** Resolves once there is room; undefined when there is. */
  room(): Promise<void> | undefined {
    if (this.hasRoom) return undefined
    if (this.#waiting === null) {
      let resolve!: () => void
      const promise = new Promise<void>((settle) => {
        resolve = settle
      })
      this.#waiting = { promise, resolve }
    }
    return this.#waiting.promise
  }

  /** Lets everybody go who waits, whether there is room or not. */
  open(): void {
    this.#waiting?.resolve()
    this.#waiting = null
  }
}
