import { IllegalArgumentException } from '../errors.ts'
import type {
  CreateOptions,
  DeleteOptions,
  FileStatus,
  FileSystem,
  InputFile,
  LogFile,
  OutputFile,
} from './file-system.ts'
import { loadReference, type ModuleReference } from './file-system-reference.ts'
import { parsePath } from './path.ts'

/** A file system whose module is loaded when it is first used. Until then it can do what needs no file: it qualifies paths as Hadoop does. */
export class ModuleFileSystem implements FileSystem {
  readonly scheme: string
  readonly #authority: string
  readonly #reference: ModuleReference
  #loading: Promise<FileSystem> | null = null
  #loaded: FileSystem | null = null

  constructor(scheme: string, authority: string, reference: ModuleReference) {
    this.scheme = scheme
    this.#authority = authority
    this.#reference = reference
  }

  /** The file system that the module made. A failure is not remembered, so that the next use tries again. */
  load(): Promise<FileSystem> {
    if (this.#loading !== null) return this.#loading
    const loading = loadReference(this.#reference, this.#authority)
    this.#loading = loading
    loading.then(
      (fileSystem) => {
        this.#loaded = fileSystem
      },
      () => {
        this.#loading = null
      },
    )
    return loading
  }

  get atomicRename(): boolean {
    return this.#loaded?.atomicRename ?? false
  }

  qualify(path: string): string {
    if (this.#loaded !== null) return this.#loaded.qualify(path)
    const { scheme, authority, path: rest } = parsePath(path)
    if (scheme !== undefined && scheme !== this.scheme) {
      throw new IllegalArgumentException('WRONG_FILE_SYSTEM', `Wrong FS: ${path}, expected: ${this.scheme}:/`)
    }
    const absolute = rest.startsWith('/') ? rest : `/${rest}`
    return authority === '' ? `${this.scheme}:${absolute}` : `${this.scheme}://${authority}${absolute}`
  }

  async getFileStatus(path: string): Promise<FileStatus> {
    return (await this.load()).getFileStatus(path)
  }
  async listStatus(path: string): Promise<FileStatus[]> {
    return (await this.load()).listStatus(path)
  }
  async exists(path: string): Promise<boolean> {
    return (await this.load()).exists(path)
  }
  async open(path: string): Promise<InputFile> {
    return (await this.load()).open(path)
  }
  async create(path: string, options?: CreateOptions): Promise<OutputFile> {
    return (await this.load()).create(path, options)
  }
  async createLog(path: string): Promise<LogFile> {
    return (await this.load()).createLog(path)
  }
  async mkdirs(path: string): Promise<void> {
    return (await this.load()).mkdirs(path)
  }
  async rename(from: string, to: string): Promise<void> {
    return (await this.load()).rename(from, to)
  }
  async delete(path: string, options?: DeleteOptions): Promise<boolean> {
    return (await this.load()).delete(path, options)
  }
}
