import {
  type ClusterLister,
  type ClusterListOptions,
  expandClusterPaths,
  filesOfClusterDirectories,
} from '../../files/cluster-paths.ts'
import { UnsupportedFileSystemException } from '../../files/errors.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { isRegistered } from '../../files/file-systems.ts'
import type { InputPathOptions } from '../../files/input-paths.ts'
import { parsePath } from '../../files/path.ts'
import type { EngineFiles, FilePlace, InputFiles } from '../engine-files.ts'
import { ProgramFiles } from '../program-files.ts'
import type { SparkCluster } from './cluster.ts'
import { isLocalPath } from './cluster-files.ts'

/** Connects to the cluster, and holds its session until `run` has ended. */
type UseCluster = <R>(run: (cluster: SparkCluster) => Promise<R>) => Promise<R>

/** The files of the machine, which executors read by themselves, and those of file systems that a Spark cluster is set up with, by Spark's own readers and writers. */
export class ClusterEngineFiles implements EngineFiles {
  readonly #use: UseCluster
  readonly #own = new ProgramFiles()
  readonly #lister: ClusterLister
  #home: Promise<string> | null = null

  constructor(use: UseCluster) {
    this.#use = use
    this.#lister = {
      resolve: (path) => this.#resolve(path),
      list: (path, options = {}) =>
        refusingScheme(
          path,
          use(({ fileSystem }) => fileSystem.list(path, options)),
        ),
    }
  }

  async place(path: string, use: string): Promise<FilePlace> {
    const onCluster = await this.#resolve(path)
    return onCluster === null ? this.#own.place(path, use) : { path: onCluster, by: 'cluster' }
  }

  placeNow(path: string, use: string): FilePlace | null {
    if (parsePath(path).scheme === undefined) return null
    return isLocalPath(path) ? this.#own.placeNow(path, use) : { path, by: 'cluster' }
  }

  async input(pathList: string, use: string, options: InputPathOptions & ClusterListOptions = {}): Promise<InputFiles> {
    const files = await expandClusterPaths(pathList, this.#lister, options)
    return files === null ? this.#own.input(pathList, use, options) : { files, by: 'cluster' }
  }

  /** The cluster leaves out what is older by itself: a directory may hold many files that were read long ago. */
  async directoryFiles(pattern: string, use: string, modifiedAfter: number): Promise<FileStatus[] | null> {
    const onCluster = await this.#resolve(pattern)
    if (onCluster === null) return this.#own.directoryFiles(pattern, use)
    return filesOfClusterDirectories(onCluster, this.#lister, { modifiedAfter })
  }

  list(directory: FilePlace): Promise<readonly FileStatus[] | null> {
    return directory.by === 'workers' ? this.#own.list(directory) : this.#lister.list(directory.path)
  }

  read(file: FilePlace): Promise<Uint8Array | null> {
    if (file.by === 'workers') return this.#own.read(file)
    return this.#use(({ fileSystem }) => fileSystem.readFile(file.path))
  }

  write(file: FilePlace, content: Uint8Array): Promise<void> {
    if (file.by === 'workers') return this.#own.write(file, content)
    return this.#use(({ fileSystem }) => fileSystem.writeFile(file.path, content))
  }

  /**
   * The path with its scheme where the cluster reads and writes it; null for one of the machine itself. A path without a scheme is one of the
   * cluster's default file system; where that is `file:`, the machine's own.
   */
  async #resolve(path: string): Promise<string | null> {
    const { scheme } = parsePath(path)
    if (scheme !== undefined) return isLocalPath(path) ? null : path
    const home = await this.#homeDirectory()
    if (isLocalPath(home)) return null
    if (!path.startsWith('/')) return `${home}/${path}`
    const root = parsePath(home)
    return `${root.scheme}://${root.authority}${path}`
  }

  /** The working directory in the cluster's default file system; asked for once. */
  #homeDirectory(): Promise<string> {
    if (this.#home !== null) return this.#home
    const asked = this.#use(({ fileSystem }) => fileSystem.homeDirectory())
    asked.catch(() => {
      this.#home = null
    })
    this.#home = asked
    return asked
  }
}

/** Tells in the program's words where Spark does not know the scheme of a path. */
export async function refusingScheme<T>(path: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    const { message } = error as { readonly message?: unknown }
    if (typeof message !== 'string' || !/No FileSystem for scheme/i.test(message)) throw error
    const { scheme } = parsePath(path)
    const why = isRegistered(path)
      ? `the file system of ${scheme}: is the program's own (registerFileSystem), and on a master sc:// Spark reads and writes what is not local`
      : `Spark has no file system for ${scheme}:`
    throw new UnsupportedFileSystemException(
      'UNSUPPORTED_FILE_SYSTEM',
      `Cannot use '${path}': ${why}. Use a file system that the cluster is set up with, or file:`,
      { cause: error },
    )
  }
}
