import type { ClusterListOptions } from '../../files/cluster-paths.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { parsePath } from '../../files/path.ts'
import type { ClusterFiles } from '../engine.ts'
import type { SparkCluster } from './cluster.ts'
import { isLocalPath } from './cluster-files.ts'

/** Connects to the cluster, and holds its session until `run` has ended. */
type UseCluster = <R>(run: (cluster: SparkCluster) => Promise<R>) => Promise<R>

/** The file systems that a Spark cluster is set up with, by Spark's own readers and writers. */
export class SparkFiles implements ClusterFiles {
  readonly #use: UseCluster
  #home: Promise<string> | null = null

  constructor(use: UseCluster) {
    this.#use = use
  }

  /** A path without a scheme is one of the cluster's default file system; where that is `file:`, the machine's own. */
  async resolve(path: string): Promise<string | null> {
    const { scheme } = parsePath(path)
    if (scheme !== undefined) return isLocalPath(path) ? null : path
    const home = await this.#homeDirectory()
    if (isLocalPath(home)) return null
    if (!path.startsWith('/')) return `${home}/${path}`
    const root = parsePath(home)
    return `${root.scheme}://${root.authority}${path}`
  }

  list(path: string, options: ClusterListOptions = {}): Promise<readonly FileStatus[] | null> {
    return this.#use(({ fileSystem }) => fileSystem.list(path, options))
  }

  writeFile(path: string, content: Uint8Array): Promise<void> {
    return this.#use(({ fileSystem }) => fileSystem.writeFile(path, content))
  }

  readFile(path: string): Promise<Uint8Array | null> {
    return this.#use(({ fileSystem }) => fileSystem.readFile(path))
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
