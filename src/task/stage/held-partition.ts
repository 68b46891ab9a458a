import { FrameFile, framesReader, uniqueFileName } from '../frames.ts'
import { type Chunk, chunksReader, forEachChunk, isPromise, type Reader } from '../reader.ts'
import { noteSpill } from '../task-counters.ts'
import type { TaskRuntime } from '../task-runtime.ts'

const FRAME_RECORDS = 1024

/** A partition that is read several times: in memory while there is room for it, from then on in a file. */
export class HeldPartition {
  readonly #runtime: TaskRuntime
  #chunks: Chunk[] = []
  #count = 0
  #file: FrameFile | null = null

  constructor(runtime: TaskRuntime) {
    this.#runtime = runtime
  }

  /** Takes in all records of a reader. A promise only where the reader gives one. */
  fill(reader: Reader): void | Promise<void> {
    const { memory } = this.#runtime
    let countdown = Math.min(memory.interval, memory.maxEntries)
    const take = (chunk: Chunk): undefined => {
      this.#runtime.checkCancelled()
      if (this.#file !== null) return this.#write(chunk, this.#file)
      this.#chunks.push(chunk)
      this.#count += chunk.length
      countdown -= chunk.length
      if (countdown > 0) return
      countdown = Math.min(memory.interval, memory.maxEntries)
      if (memory.isShort(this.#count)) this.#spill()
    }
    const filled = forEachChunk(reader, take)
    return isPromise(filled) ? filled.then(() => this.#finish()) : this.#finish()
  }

  /** A reader over all records, which never gives a promise. */
  read(): Reader {
    if (this.#file === null) return chunksReader(this.#chunks)
    const { path, length } = this.#file
    return framesReader({ path, offset: 0, length }, this.#runtime.codec)
  }

  remove(): void {
    this.#chunks = []
    this.#file?.remove()
  }

  #spill(): void {
    const file = new FrameFile(this.#runtime.localDir(), uniqueFileName('spill'), this.#runtime.codec)
    this.#file = file
    for (const chunk of this.#chunks) this.#write(chunk, file)
    this.#chunks = []
    this.#runtime.memory.afterSpill()
  }

  #write(chunk: Chunk, file: FrameFile): undefined {
    for (let at = 0; at < chunk.length; at += FRAME_RECORDS) file.append(chunk.slice(at, at + FRAME_RECORDS))
  }

  #finish(): void {
    if (this.#file === null) return
    this.#file.close()
    noteSpill(this.#file.length)
  }
}
