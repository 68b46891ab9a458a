import type { Writable } from 'node:stream'
import { Marker } from './markers.ts'
import type { WireForm } from './task-start.ts'

/** Milliseconds since the epoch at which a task began, was ready to run and ended. */
export interface TaskTimes {
  readonly bootMs: number
  readonly initMs: number
  readonly finishMs: number
}

/** Writes what a worker sends to its executor; each call resolves once the socket has room again. */
export class WorkerOutput {
  readonly #stream: Writable

  constructor(stream: Writable) {
    this.#stream = stream
  }

  write(...pieces: readonly Uint8Array[]): Promise<void> {
    return this.writePieces(pieces)
  }

  /** {@link write} for any number of pieces. */
  async writePieces(pieces: readonly Uint8Array[]): Promise<void> {
    this.#stream.cork()
    let hasRoom = true
    for (const piece of pieces) hasRoom = this.#stream.write(piece)
    this.#stream.uncork()
    if (hasRoom || this.#stream.destroyed) return
    await this.#room()
  }

  /** Resolves when the stream has room again, or is closed and takes nothing more. */
  #room(): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#stream.off('drain', settle)
        this.#stream.off('close', settle)
        resolve()
      }
      this.#stream.on('drain', settle)
      this.#stream.on('close', settle)
    })
  }

  async writeInt(value: number): Promise<void> {
    await this.write(intBytes(value))
  }

  async writeText(text: string): Promise<void> {
    await this.write(textBytes(text))
  }

  /** Writes the bytes that end a successful task. They go out before the executor's own end mark is read. */
  async writeEnd(wire: WireForm, { bootMs, initMs, finishMs }: TaskTimes): Promise<void> {
    const longs = [bootMs, initMs, finishMs]
    if (wire !== '4.1') longs.push(finishMs - initMs)
    longs.push(0, 0) // bytes spilled from memory and to disk
    const timing = Buffer.alloc(longs.length * 8)
    longs.forEach((long, index) => {
      timing.writeBigInt64BE(BigInt(Math.trunc(long)), index * 8)
    })
    const noAccumulators = intBytes(0)
    await this.write(intBytes(Marker.TIMING), timing, intBytes(Marker.END_OF_DATA_SECTION), noAccumulators)
  }

  async writeException(text: string): Promise<void> {
    await this.write(intBytes(Marker.EXCEPTION), textBytes(text))
  }
}

export function intBytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value, 0)
  return bytes
}

/** A length and UTF-8 bytes. */
export function textBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  return Buffer.concat([intBytes(bytes.length), bytes])
}
