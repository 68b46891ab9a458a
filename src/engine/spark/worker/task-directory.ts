import fs from 'node:fs'
import path from 'node:path'

/** Where a worker's spill files go: a folder that is made when first asked for and emptied after each task. */
export class TaskDirectory {
  readonly #root: string
  #exists = false

  /** @param root a path that no other process uses. */
  constructor(root: string) {
    this.#root = root
  }

  readonly path = (): string => {
    if (!this.#exists) fs.mkdirSync(this.#root, { recursive: true, mode: 0o700 })
    this.#exists = true
    return this.#root
  }

  clear(): void {
    if (this.#exists) fs.rmSync(this.#root, { recursive: true, force: true })
    this.#exists = false
  }

  /** The folder of one process below a daemon's. */
  static ofProcess(parent: string): TaskDirectory {
    return new TaskDirectory(path.join(parent, String(process.pid)))
  }
}
