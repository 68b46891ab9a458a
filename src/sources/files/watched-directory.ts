import type { EngineFiles } from '../../engine/engine-files.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { log } from '../../log.ts'

const USE = 'a file stream reads'

/** A directory whose new files a stream reads, or all directories that a pattern names. */
export class WatchedDirectory {
  readonly path: string
  readonly #files: EngineFiles

  /** @throws IllegalArgumentException for an empty path. @throws UnsupportedFileSystemException for a scheme that workers cannot read. */
  constructor(path: string, files: EngineFiles) {
    this.path = path
    this.#files = files
    files.placeNow(path, USE)
  }

  /**
   * The files one level below, those that were modified after a time at least; null, with a warning, where listing fails, and none where there is no
   * directory.
   * @param modifiedAfter milliseconds since the epoch.
   */
  async list(modifiedAfter: number): Promise<FileStatus[] | null> {
    try {
      const files = await this.#files.directoryFiles(this.path, USE, modifiedAfter)
      if (files === null) log('WARN', 'FileInputDStream', `No directory to scan: ${this.path} does not exist`)
      return files ?? []
    } catch (error) {
      log('WARN', 'FileInputDStream', `Error finding new files under ${this.path}: ${String(error)}`)
      return null
    }
  }
}
