import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A folder of block files, made when the first one is written, and removed when it is closed or the process exits. */
export class BlockDirectory {
  readonly #parent: string
  #path: string | null = null
  readonly #onExit = () => this.close()

  /** @param parent the folder to make it in; the system's temporary directory unless given. */
  constructor(parent?: string) {
    this.#parent = parent ?? tmpdir()
  }

  /** Writes a file. @returns its path. */
  write(name: string, bytes: Uint8Array): string {
    const file = path.join(this.#ensure(), name)
    fs.writeFileSync(file, bytes, { mode: 0o600 })
    return file
  }

  remove(file: string): void {
    fs.rmSync(file, { force: true })
  }

  close(): void {
    if (this.#path === null) return
    fs.rmSync(this.#path, { recursive: true, force: true })
    process.off('exit', this.#onExit)
    this.#path = null
  }

  #ensure(): string {
    if (this.#path !== null) return this.#path
    fs.mkdirSync(this.#parent, { recursive: true })
    this.#path = fs.mkdtempSync(path.join(this.#parent, 'millstream-blocks-'))
    process.on('exit', this.#onExit)
    return this.#path
  }
}
