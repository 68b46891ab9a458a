import type { EngineFiles } from '../../engine/engine-files.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { globStatus } from '../../files/glob-status.ts'
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

  /** The files that are there before the first batch; none where listing fails, which the first batch says. A path that is a file is warned of: its lines are never read. */
  async listAtStart(): Promise<FileStatus[]> {
    try {
      if (this.#files.placeNow(this.path, USE)?.by === 'workers') {
        const matches = (await globStatus(this.path)) ?? []
        if (matches.length > 0 && matches.every(({ isDirectory }) => !isDirectory)) {
          log(
            'WARN',
            'FileInputDStream',
            `${this.path} is a file, and a file stream reads the files of a directory: nothing of it will be read. ` +
              'Give its directory, read what is added to the file with tailStream, or all of it with sc.textFile.',
          )
        }
      }
      return (await this.#files.directoryFiles(this.path, USE, 0)) ?? []
    } catch {
      return []
    }
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
