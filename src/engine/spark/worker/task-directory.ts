import fs from 'node:fs'
import path from 'node:path'
import { makePrivateDirectory } from '../../../task/private-directory.ts'

/** Where a worker's spill files go: a folder that is made when first asked for and emptied after each task. */
export class TaskDirectory {
  readonly #parent: string
  readonly #root: string
  #exists = false

  /** @param parent a folder of a name that cannot be guessed. @param name one that no other process uses there. */
  constructor(parent: string, name: string) {
    this.#parent = parent
    this.#root = path.join(parent, name)
  }

  readonly path = (): string => {
    if (!this.#exists) {
      makePrivateDirectory(this.#parent)
      makePrivateDirectory(this.#root)
    }
    this.#exists = true
    return this.#root
  }

  clear(): void {
    if (this.#exists) fs.rmSync(this.#root, { recursive: true, force: true })
    this.#exists = false
  }

  /** The folder of one process below a daemon's. */
  static ofProcess(parent: string): TaskDirectory {
    return new TaskDirectory(parent, String(process.pid))
  }
}
