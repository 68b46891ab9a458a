import { randomUUID } from 'node:crypto'
import type { EngineFiles } from '../engine/engine-files.ts'
import { fileSystemOf } from '../files/file-systems.ts'

/** How long a stop waits for the directory to be made, before it looks whether the directory is empty. */
const STOP_WAIT_MS = 2000
const CHECKPOINTS = 'checkpoint() writes to'

/** The context's own directory for checkpoints, below the directory that the program named. */
export class CheckpointDir {
  readonly #files: EngineFiles
  #path: string | null = null
  /** Makes the directory, once. */
  #make: (() => Promise<void>) | null = null
  #making: Promise<void> | null = null
  #isMade = false
  /** The directory that this machine has made. */
  #made: string | null = null

  constructor(files: EngineFiles) {
    this.#files = files
  }

  /** Qualified; of a path without a scheme only once the engine's cluster has said what its default file system is. */
  get path(): string | null {
    return this.#path
  }

  /** Names another directory. One of the machine itself is made at once, others when they are first needed. @throws UnsupportedFileSystemException */
  set(directory: string | null): void {
    this.#path = null
    this.#make = null
    this.#making = null
    this.#made = null
    this.#isMade = false
    if (directory === null) return
    const name = randomUUID()
    const now = this.#files.placeNow(directory, CHECKPOINTS)
    if (now?.by === 'workers') {
      this.#make = this.#setLocal(now.path, name)
      // The next job waits for it and reports what went wrong.
      this.ready().catch(() => {})
      return
    }
    this.#path = below(directory, name)
    this.#make = async () => {
      const { path, by } = await this.#files.place(directory, CHECKPOINTS)
      if (by === 'workers') await this.#setLocal(path, name)()
      else this.#path = below(path, name)
    }
  }

  /** Whether nothing has to be made before checkpoints are written: see {@link ready}. */
  get isReady(): boolean {
    return this.#make === null || this.#isMade
  }

  /** Resolves when checkpoints may be written to it. A failure is not kept: the next job tries again. */
  async ready(): Promise<void> {
    const make = this.#make
    if (make === null) return
    this.#making ??= make()
    try {
      await this.#making
      if (this.#make === make) this.#isMade = true
    } catch (error) {
      if (this.#make === make) this.#making = null
      throw error
    }
  }

  /** One directory for each run of a program would be left, whether anything was written to it or not; on a cluster none is made ahead. */
  async removeEmpty(): Promise<void> {
    // A file system that hangs must not hold up the stop.
    if (!(await isSettledWithin(this.#making, STOP_WAIT_MS))) return
    // The call fails for a directory that is not empty: checkpoints in it stay.
    if (this.#made !== null)
      await fileSystemOf(this.#made)
        .delete(this.#made)
        .catch(() => {})
  }

  #setLocal(directory: string, name: string): () => Promise<void> {
    const fileSystem = fileSystemOf(directory)
    const path = below(directory, name)
    this.#path = path
    return () => {
      this.#made = path
      return fileSystem.mkdirs(path)
    }
  }
}

async function isSettledWithin(promise: Promise<void> | null, limitMs: number): Promise<boolean> {
  if (promise === null) return true
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  const settled = promise.then(
    () => true,
    () => true,
  )
  const isSettled = await Promise.race([settled, late])
  clearTimeout(timer)
  return isSettled
}

function below(directory: string, name: string): string {
  return `${directory.replace(/\/$/, '')}/${name}`
}
