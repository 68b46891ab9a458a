import { randomUUID } from 'node:crypto'
import type { Relation } from '../../connect/gen/spark_connect_pb.ts'
import type { ConnectSession } from '../../connect/session.ts'
import { SparkException } from '../../errors.ts'
import type { ClusterListOptions } from '../../files/cluster-paths.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { listedFile, listedFiles, wholeFiles } from './plan/file-relations.ts'
import { localRelation, readFiles } from './plan/relations.ts'
import { fetchRows, writeBlocks } from './remote-relations.ts'
import type { StageRow } from './rows/row-batch.ts'

/** Spark's error class for a path or pattern that names nothing. */
const PATH_NOT_FOUND = 'PATH_NOT_FOUND'

/** The cluster's file systems, as a session's readers and writers reach them. */
export class SessionFileSystem {
  readonly #session: ConnectSession

  constructor(session: ConnectSession) {
    this.#session = session
  }

  /** The files of a path or pattern; null where Spark finds no such path. */
  list(path: string, options: ClusterListOptions): Promise<readonly FileStatus[] | null> {
    return orNull(async () => {
      const files = await this.#rows(listedFiles(path, options), listedFile)
      if (!options.includesEmpty) return files
      const known = new Set(files.map((file) => file.path))
      const named = (await this.#session.analysis.inputFiles(listedFiles(path, options))).map((name) =>
        decodeURIComponent(name),
      )
      const empty = named.filter((name) => !known.has(name))
      return [...files, ...empty.map((name) => ({ path: name, length: 0, isDirectory: false, modificationTime: 0 }))]
    })
  }

  async writeFile(path: string, content: Uint8Array): Promise<void> {
    const rows = localRelation([{ target: 0, leaf: 0, source: 0, part: 0, block: content }])
    await writeBlocks(this.#session, rows, { directory: path, compression: 'none', replaces: true })
  }

  /** The bytes of a file, or of all the files of a directory; null where there is none. */
  async readFile(path: string): Promise<Uint8Array | null> {
    const blocks = await orNull(() => this.#rows(wholeFiles(path), ({ block }) => block))
    return blocks && Buffer.concat(blocks)
  }

  /**
   * The working directory in the cluster's default file system, qualified. No setting tells which that is, for it may stand in the cluster's own
   * files; but what Spark says of a path that is not there does.
   */
  async homeDirectory(): Promise<string> {
    const name = `millstream-${randomUUID()}`
    try {
      await this.#session.analysis.schema(readFiles('text', [name]))
    } catch (error) {
      const isMissing = error instanceof SparkException && error.code === PATH_NOT_FOUND
      const home = isMissing ? new RegExp(`(\\S*)/${name}`).exec(error.message)?.[1] : undefined
      if (home === undefined) throw error
      return home
    }
    throw new Error(`Spark found a file '${name}', which nobody made`)
  }

  async #rows<T>(files: Relation, read: (row: StageRow) => T): Promise<T[]> {
    const found: T[] = []
    for await (const row of fetchRows(this.#session, files)) found.push(read(row))
    return found
  }
}

async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof SparkException && error.code === PATH_NOT_FOUND) return null
    throw error
  }
}
