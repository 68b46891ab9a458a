import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, link, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { IllegalArgumentException } from '../errors.ts'
import { FileAlreadyExistsException, FileNotFoundException, IOException } from './errors.ts'
import type {
  CreateOptions,
  DeleteOptions,
  FileStatus,
  FileSystem,
  InputFile,
  LogFile,
  OutputFile,
} from './file-system.ts'
import { comparePaths, parsePath, pathName } from './path.ts'

/** How many `stat` calls of one listing are under way at the same time. */
const LISTING_CONCURRENCY = 128

/** The machine's own files: `file:///data`, `file:/data` and plain paths, relative ones against the working directory. */
export class LocalFileSystem implements FileSystem {
  readonly scheme = 'file'
  readonly atomicRename = true

  qualify(path: string): string {
    return `file:${this.#resolve(path)}`
  }

  async getFileStatus(path: string): Promise<FileStatus> {
    const local = this.#resolve(path)
    return toStatus(local, await explained(local, stat(local)))
  }

  async listStatus(path: string): Promise<FileStatus[]> {
    const local = this.#resolve(path)
    const own = await explained(local, stat(local))
    if (!own.isDirectory()) return [toStatus(local, own)]
    const names = (await explained(local, readdir(local))).sort(comparePaths)
    const statuses: FileStatus[] = []
    for (let start = 0; start < names.length; start += LISTING_CONCURRENCY) {
      const children = names.slice(start, start + LISTING_CONCURRENCY).map((name) => join(local, name))
      const found = await Promise.all(children.map((child) => statIfThere(child)))
      found.forEach((stats, index) => {
        if (stats !== undefined) statuses.push(toStatus(children[index]!, stats))
      })
    }
    return statuses
  }

  async exists(path: string): Promise<boolean> {
    return (await statIfThere(this.#resolve(path))) !== undefined
  }

  async open(path: string): Promise<InputFile> {
    const local = this.#resolve(path)
    const handle = await explained(local, open(local, 'r'))
    try {
      const stats = await handle.stat()
      if (stats.isDirectory()) throw new IOException('IS_A_DIRECTORY', `file:${local} is a directory, not a file`)
      return new LocalInputFile(handle, stats.size)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async create(path: string, { overwrite = true }: CreateOptions = {}): Promise<OutputFile> {
    const local = this.#resolve(path)
    if (!overwrite && (await statIfThere(local)) !== undefined) throw alreadyExists(local)
    await explained(local, mkdir(dirname(local), { recursive: true }))
    // The leading dot hides it from every reader of the directory until it is renamed.
    const temporary = join(dirname(local), `.${pathName(local)}.${randomUUID()}.tmp`)
    return new LocalOutputFile(await explained(temporary, open(temporary, 'wx')), temporary, local, overwrite)
  }

  async createLog(path: string): Promise<LogFile> {
    const local = this.#resolve(path)
    await explained(local, mkdir(dirname(local), { recursive: true }))
    const handle = await explained(local, open(local, 'wx'))
    await syncDirectory(dirname(local))
    return new LocalLogFile(handle, local)
  }

  async mkdirs(path: string): Promise<void> {
    const local = this.#resolve(path)
    await explained(local, mkdir(local, { recursive: true }))
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#resolve(from)
    const target = this.#resolve(to)
    await explained(source, rename(source, target))
    await syncDirectory(dirname(target))
  }

  async delete(path: string, { recursive = false }: DeleteOptions = {}): Promise<boolean> {
    const local = this.#resolve(path)
    const stats = await statIfThere(local)
    if (stats === undefined) return false
    if (recursive) await explained(local, rm(local, { recursive: true, force: true }))
    else await explained(local, stats.isDirectory() ? rmdir(local) : unlink(local))
    return true
  }

  #resolve(path: string): string {
    const { scheme, authority, path: rest } = parsePath(path)
    if ((scheme !== undefined && scheme !== this.scheme) || authority !== '') {
      throw new IllegalArgumentException('WRONG_FILE_SYSTEM', `Wrong FS: ${path}, expected: file:///`)
    }
    return resolve(rest)
  }
}

class LocalInputFile implements InputFile {
  readonly length: number
  readonly #handle: FileHandle

  constructor(handle: FileHandle, length: number) {
    this.#handle = handle
    this.length = length
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.length - position)))
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Written under a hidden temporary name next to its target; `commit` syncs it, then renames it, then syncs the directory. */
class LocalOutputFile implements OutputFile {
  readonly #handle: FileHandle
  readonly #temporary: string
  readonly #target: string
  readonly #overwrite: boolean
  #isFinished = false

  constructor(handle: FileHandle, temporary: string, target: string, overwrite: boolean) {
    this.#handle = handle
    this.#temporary = temporary
    this.#target = target
    this.#overwrite = overwrite
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    if (this.#isFinished) throw new IOException('FILE_CLOSED', `file:${this.#target} is committed or aborted already`)
    await this.#handle.appendFile(bytes)
  }

  async commit(): Promise<void> {
    if (this.#isFinished) throw new IOException('FILE_CLOSED', `file:${this.#target} is committed or aborted already`)
    try {
      await this.#handle.sync()
      if (this.#overwrite) await rename(this.#temporary, this.#target)
      // A rename would silently replace a file that came in the meantime; a hard link is refused.
      else await link(this.#temporary, this.#target)
    } catch (error) {
      await this.abort()
      if (codeOf(error) === 'EEXIST') throw alreadyExists(this.#target)
      throw explain(this.#target, error)
    }
    this.#isFinished = true
    await this.#handle.close()
    if (!this.#overwrite) await unlink(this.#temporary)
    await syncDirectory(dirname(this.#target))
  }

  async abort(): Promise<void> {
    if (this.#isFinished) return
    this.#isFinished = true
    await this.#handle.close()
    await rm(this.#temporary, { force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort()
  }
}

class LocalLogFile implements LogFile {
  readonly #handle: FileHandle
  readonly #path: string
  #isClosed = false

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle
    this.#path = path
  }

  async append(parts: readonly Uint8Array[]): Promise<void> {
    let rest = parts.filter(({ byteLength }) => byteLength > 0)
    while (rest.length > 0) {
      const { bytesWritten } = await explained(this.#path, this.#handle.writev(rest))
      if (bytesWritten === 0) throw new IOException('IO_ERROR', `file:${this.#path}: no further byte could be written`)
      rest = behind(rest, bytesWritten)
    }
    await explained(this.#path, this.#handle.datasync())
  }

  async truncate(length: number): Promise<void> {
    await explained(this.#path, this.#handle.truncate(length))
    await explained(this.#path, this.#handle.datasync())
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#handle.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** What is left of parts of which the first `count` bytes are written: a write may take fewer than it is given. */
function behind(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  let skipped = 0
  let first = 0
  while (first < parts.length && skipped + parts[first]!.byteLength <= count) {
    skipped += parts[first]!.byteLength
    first += 1
  }
  const [partial, ...rest] = parts.slice(first)
  return partial === undefined ? [] : [partial.subarray(count - skipped), ...rest]
}

/** Makes a rename durable. Windows cannot open a directory, and needs no such step. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Returns undefined when the file is gone meanwhile, or is a link to a missing file. */
async function statIfThere(local: string): Promise<Stats | undefined> {
  try {
    return await stat(local)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw explain(local, error)
  }
}

function toStatus(local: string, stats: Stats): FileStatus {
  const isDirectory = stats.isDirectory()
  return {
    path: `file:${local}`,
    length: isDirectory ? 0 : stats.size,
    isDirectory,
    modificationTime: Math.floor(stats.mtimeMs),
  }
}

async function explained<T>(local: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation
  } catch (error) {
    throw explain(local, error)
  }
}

function explain(local: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case undefined:
      return error
    case 'ENOENT':
      return new FileNotFoundException('FILE_NOT_FOUND', `File file:${local} does not exist`, { cause: error })
    case 'EEXIST':
      return alreadyExists(local)
    default:
      return new IOException('IO_ERROR', `file:${local}: ${(error as Error).message}`, { cause: error })
  }
}

function alreadyExists(local: string): FileAlreadyExistsException {
  return new FileAlreadyExistsException('FILE_ALREADY_EXISTS', `File already exists: file:${local}`)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
