import type { ClusterFiles } from '../../engine/engine.ts'
import { filesOfClusterDirectories } from '../../files/cluster-paths.ts'
import { FileNotFoundException } from '../../files/errors.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { fileSystemOf } from '../../files/file-systems.ts'
import { globStatus } from '../../files/glob-status.ts'
import { parsePath } from '../../files/path.ts'
import { log } from '../../log.ts'

/** A directory whose new files a stream reads, or all directories that a pattern names: the machine's own, or the cluster's. */
export class WatchedDirectory {
  readonly path: string
  readonly #cluster: ClusterFiles | undefined

  /** @throws IllegalArgumentException for an empty path. @throws UnsupportedFileSystemException for a scheme that nobody knows. */
  constructor(path: string, cluster: ClusterFiles | undefined) {
    this.path = path
    this.#cluster = cluster
    if (cluster === undefined || parsePath(path).scheme === 'file') fileSystemOf(path).qualify(path)
  }

  /**
   * The files one level below, those that were modified after a time at least; null, with a warning, where listing fails, and none where there is no
   * directory.
   * @param modifiedAfter milliseconds since the epoch.
   */
  async list(modifiedAfter: number): Promise<FileStatus[] | null> {
    try {
      const onCluster = (await this.#cluster?.resolve(this.path)) ?? null
      const files = onCluster === null ? await this.#listLocally() : await this.#listOnCluster(onCluster, modifiedAfter)
      if (files === null) log('WARN', 'FileInputDStream', `No directory to scan: ${this.path} does not exist`)
      return files ?? []
    } catch (error) {
      log('WARN', 'FileInputDStream', `Error finding new files under ${this.path}: ${String(error)}`)
      return null
    }
  }

  async #listLocally(): Promise<FileStatus[] | null> {
    const matches = await globStatus(this.path)
    if (matches === undefined) return null
    const directories = matches.filter(({ isDirectory }) => isDirectory)
    const listings = await Promise.all(directories.map(({ path }) => listIfThere(path)))
    return listings.flat().filter(({ isDirectory }) => !isDirectory)
  }

  /** The cluster leaves out what is older by itself: a directory may hold many files that were read long ago. */
  async #listOnCluster(path: string, modifiedAfter: number): Promise<FileStatus[] | null> {
    return filesOfClusterDirectories(path, this.#cluster as ClusterFiles, { modifiedAfter })
  }
}

/** A directory may go between being found and being listed. */
async function listIfThere(directory: string): Promise<FileStatus[]> {
  try {
    return await fileSystemOf(directory).listStatus(directory)
  } catch (error) {
    if (!(error instanceof FileNotFoundException)) throw error
    log('WARN', 'FileInputDStream', `No directory to scan: ${directory} does not exist`)
    return []
  }
}
