/** Bytes that a fetching thread is ahead of its reader at most; a power of two, so that positions may wrap around. */
export const WINDOW_BYTES = 1024 * 1024

/** Grows whenever the writer has done something: what a waiting reader waits for. */
const SIGNAL = 0
/** Bytes written and bytes read so far, modulo 2^32. */
const WRITTEN = 1
const READ = 2
const STATE = 3
/** 1 while the writer waits for room. */
const WANTS_ROOM = 4
const CELLS = 5

const STATE_OPEN = 0
const STATE_ENDED = 1
const STATE_FAILED = 2

/** How long a reader waits for one sign of life, and for how many of such times without any it believes in the writer. */
const WAIT_MS = 1000
const MAX_SILENT_WAITS = 60

/** The memory of one window. The writing thread and the reading thread share it. */
export type FetchWindow = SharedArrayBuffer

const HEADER_BYTES = CELLS * Int32Array.BYTES_PER_ELEMENT

/** A window to be used, or used again once its writer has ended. */
export function newWindow(): FetchWindow {
  return new SharedArrayBuffer(HEADER_BYTES + WINDOW_BYTES)
}

function cellsOf(window: FetchWindow): Int32Array {
  return new Int32Array(window, 0, CELLS)
}

function bytesOf(window: FetchWindow): Uint8Array {
  return new Uint8Array(window, HEADER_BYTES, WINDOW_BYTES)
}

/** The end that a worker reads from: it waits, as its thread has nothing else to do. */
export class WindowReader {
  readonly #cells: Int32Array
  readonly #bytes: Uint8Array
  readonly #askOn: () => void

  /** @param askOn tells the writer that there is room again. */
  constructor(window: FetchWindow, askOn: () => void) {
    this.#cells = cellsOf(window)
    this.#bytes = bytesOf(window)
    this.#askOn = askOn
    this.#cells.fill(0)
  }

  /** Whether the writer is through with the window. */
  get hasEnded(): boolean {
    return Atomics.load(this.#cells, STATE) !== STATE_OPEN
  }

  /** @returns how many bytes were put into `to`: one at least; 0 at the end, `failed` where there is none, `lost` where the writer is silent. */
  read(to: Uint8Array): number | 'failed' | 'lost' {
    let silentWaits = 0
    for (;;) {
      const signal = Atomics.load(this.#cells, SIGNAL)
      const state = Atomics.load(this.#cells, STATE)
      const taken = this.#take(to)
      if (taken > 0 || to.length === 0) return taken
      if (state === STATE_ENDED) return 0
      if (state === STATE_FAILED) return 'failed'
      if (Atomics.wait(this.#cells, SIGNAL, signal, WAIT_MS) === 'timed-out') silentWaits += 1
      else silentWaits = 0
      if (silentWaits === MAX_SILENT_WAITS) return 'lost'
    }
  }

  #take(to: Uint8Array): number {
    const read = Atomics.load(this.#cells, READ)
    const available = (Atomics.load(this.#cells, WRITTEN) - read) >>> 0
    const count = Math.min(available, to.length)
    if (count === 0) return 0
    const start = (read >>> 0) % WINDOW_BYTES
    const first = Math.min(count, WINDOW_BYTES - start)
    to.set(this.#bytes.subarray(start, start + first))
    to.set(this.#bytes.subarray(0, count - first), first)
    Atomics.store(this.#cells, READ, (read + count) | 0)
    if (available - count <= WINDOW_BYTES / 2 && Atomics.exchange(this.#cells, WANTS_ROOM, 0) === 1) this.#askOn()
    return count
  }
}

/** The end that a fetching thread writes to. */
export class WindowWriter {
  readonly #cells: Int32Array
  readonly #bytes: Uint8Array
  #onRoom: (() => void) | null = null

  constructor(window: FetchWindow) {
    this.#cells = cellsOf(window)
    this.#bytes = bytesOf(window)
  }

  /** Resolves when all bytes are in the window, or when the reader is gone. */
  async write(bytes: Uint8Array, isGone: () => boolean): Promise<void> {
    for (let done = 0; done < bytes.length && !isGone(); ) {
      const count = Math.min(bytes.length - done, this.#room())
      if (count > 0) this.#put(bytes.subarray(done, done + count))
      else await this.#waitForRoom()
      done += count
    }
  }

  /** The reader has made room, or is gone. */
  wake(): void {
    this.#onRoom?.()
  }

  /** Says that the writer is alive. */
  beat(): void {
    Atomics.add(this.#cells, SIGNAL, 1)
    Atomics.notify(this.#cells, SIGNAL)
  }

  end(): void {
    this.#close(STATE_ENDED)
  }

  fail(): void {
    this.#close(STATE_FAILED)
  }

  #close(state: number): void {
    Atomics.store(this.#cells, STATE, state)
    this.beat()
  }

  #room(): number {
    return WINDOW_BYTES - ((Atomics.load(this.#cells, WRITTEN) - Atomics.load(this.#cells, READ)) >>> 0)
  }

  #put(bytes: Uint8Array): void {
    const written = Atomics.load(this.#cells, WRITTEN)
    const start = (written >>> 0) % WINDOW_BYTES
    const first = Math.min(bytes.length, WINDOW_BYTES - start)
    this.#bytes.set(bytes.subarray(0, first), start)
    this.#bytes.set(bytes.subarray(first), 0)
    Atomics.store(this.#cells, WRITTEN, (written + bytes.length) | 0)
    this.beat()
  }

  /** The flag goes up before the room is looked at again, so that a reader which makes room meanwhile sees it. */
  async #waitForRoom(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onRoom = resolve
      Atomics.store(this.#cells, WANTS_ROOM, 1)
      if (this.#room() > 0) resolve()
    })
    this.#onRoom = null
  }
}
