/** A source that is told to wait may still bring what it has read already. */
const OVERRUN = 1.25

/** Counts the bytes of a stream that were received and not processed yet, and lets those who bring more wait until there is room. */
export class RoomGate {
  readonly #maxBytes: number
  #bytes = 0
  #waiting: { promise: Promise<void>; resolve: () => void } | null = null

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#maxBytes
  }

  /** Whether somebody goes on bringing data although there is no room. */
  get isOverrun(): boolean {
    return this.#bytes >= this.#maxBytes * OVERRUN
  }

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
