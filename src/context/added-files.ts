import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Engine } from '../engine/engine.ts'
import { IllegalArgumentException, SparkException } from '../errors.ts'
import { FileNotFoundException } from '../files/errors.ts'
import type { FileSystem } from '../files/file-system.ts'
import { parsePath } from '../files/path.ts'
import { log } from '../log.ts'
import { setSparkFilesRoot } from '../task/spark-files.ts'

/** Bytes of a file that are in memory at a time as it is copied. */
const COPY_BYTES = 1024 * 1024

/** The files of `addFile`: each is copied to a directory of the driver once, and the engine brings it to the workers. */
export class AddedFiles {
  readonly #engine: Engine
  readonly #fileSystem: (path: string) => FileSystem
  readonly #localRoot: string
  /** What was added, by the name that tasks know it by. */
  readonly #sources = new Map<string, string>()
  readonly #pending = new Set<Promise<void>>()
  #root: string | null = null

  constructor(engine: Engine, fileSystem: (path: string) => FileSystem, localRoot: string | undefined) {
    this.#engine = engine
    this.#fileSystem = fileSystem
    this.#localRoot = localRoot ?? os.tmpdir()
  }

  /** @throws FileNotFoundException, SparkException for a directory without `recursive`, IllegalArgumentException for a name that is taken. */
  async add(source: string, recursive: boolean): Promise<void> {
    const adding = this.#add(source, recursive)
    const settled = adding.catch(() => {})
    this.#pending.add(settled)
    try {
      await adding
    } finally {
      this.#pending.delete(settled)
    }
  }

  /** The URIs of what was added; a directory's ends with a slash. */
  list(): string[] {
    return [...this.#sources.values()]
  }

  /** Whether nothing is being added. */
  get isSettled(): boolean {
    return this.#pending.size === 0
  }

  /** Resolves once nothing is being added. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending)
  }

  remove(): void {
    if (this.#root === null) return
    fs.rmSync(this.#root, { recursive: true, force: true })
    this.#root = null
    setSparkFilesRoot(null)
  }

  async #add(source: string, recursive: boolean): Promise<void> {
    const url = /^https?:/i.test(source) ? new URL(source) : null
    const { qualified, isDirectory } =
      url === null ? await this.#look(source) : { qualified: source, isDirectory: false }
    if (isDirectory && !recursive) {
      throw new SparkException(
        'UNSUPPORTED_ADD_FILE.DIRECTORY',
        `[UNSUPPORTED_ADD_FILE.DIRECTORY] Don't support add file. The file ${qualified} is a directory: addFile(path, true) adds it with all that it holds. SQLSTATE: 0A000`,
      )
    }
    const name = path.basename(url === null ? parsePath(qualified).path : decodeURIComponent(url.pathname))
    const shown = isDirectory ? `${qualified}/` : qualified
    const known = this.#sources.get(name)
    if (known === shown) {
      log(
        'WARN',
        'SparkContext',
        `The path ${shown} has been added already. Overwriting of added paths is not supported.`,
      )
      return
    }
    if (name === '' || known !== undefined) {
      const reason = known === undefined ? 'it has no file name' : `tasks know ${known} by the same name, ${name}`
      throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `Cannot add the file ${shown}: ${reason}.`)
    }
    this.#sources.set(name, shown)
    try {
      const target = path.join(this.#directory(), name)
      if (url !== null) await download(url, target)
      else await this.#copy(qualified, isDirectory, target)
      await this.#engine.addFile(name, { path: target, isDirectory })
    } catch (error) {
      this.#sources.delete(name)
      throw error
    }
  }

  async #look(source: string): Promise<{ qualified: string; isDirectory: boolean }> {
    const { path: qualified, isDirectory } = await this.#fileSystem(source).getFileStatus(source)
    return { qualified: qualified.replace(/\/+$/, ''), isDirectory }
  }

  async #copy(source: string, isDirectory: boolean, target: string): Promise<void> {
    const fileSystem = this.#fileSystem(source)
    if (isDirectory) {
      await fs.promises.mkdir(target, { recursive: true })
      for (const entry of await fileSystem.listStatus(source)) {
        await this.#copy(entry.path, entry.isDirectory, path.join(target, path.basename(entry.path)))
      }
      return
    }
    await using file = await fileSystem.open(source)
    await using copy = await fs.promises.open(target, 'wx')
    for (let position = 0; position < file.length; ) {
      const bytes = await file.read(position, COPY_BYTES)
      if (bytes.length === 0) break
      await copy.writeFile(bytes)
      position += bytes.length
    }
  }

  #directory(): string {
    if (this.#root === null) {
      this.#root = fs.mkdtempSync(path.join(this.#localRoot, 'millstream-files-'))
      setSparkFilesRoot(this.#root)
    }
    return this.#root
  }
}

async function download(url: URL, target: string): Promise<void> {
  const response = await fetch(url)
  if (!response.ok) {
    throw new FileNotFoundException(
      'FILE_NOT_FOUND',
      `Cannot add the file ${url}: the server answered ${response.status}`,
    )
  }
  await fs.promises.writeFile(target, new Uint8Array(await response.arrayBuffer()))
}
