import { randomUUID } from 'node:crypto'
import { SparkException } from '../../errors.ts'
import type { ClusterListOptions } from '../../io/cluster-paths.ts'
import type { FileStatus } from '../../io/file-system.ts'
import { parsePath } from '../../io/path.ts'
import type { ClusterFiles } from '../engine.ts'
import type { Row } from './arrow/row-batch.ts'
import type { SparkCluster } from './cluster.ts'
import { isLocalPath } from './cluster-files.ts'
import type { ConnectSession } from './connect/session.ts'
import type { Relation } from './gen/spark_connect_pb.ts'
import { listedFile, listedFiles, wholeFiles } from './plan/file-relations.ts'
import { localRelation, readFiles } from './plan/relations.ts'
import { fetchRows, writeBlocks } from './remote-relations.ts'

/** Spark's error class for a path or pattern that names nothing. */
const PATH_NOT_FOUND = 'PATH_NOT_FOUND'

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
    return this.#find(async (session) => {
      const files = await rowsOf(session, listedFiles(path, options), listedFile)
      if (!options.includesEmpty) return files
      const known = new Set(files.map((file) => file.path))
      const named = (await session.inputFiles(listedFiles(path, options))).map((name) => decodeURIComponent(name))
      const empty = named.filter((name) => !known.has(name))
      return [...files, ...empty.map((name) => ({ path: name, length: 0, isDirectory: false, modificationTime: 0 }))]
    })
  }

  async writeFile(path: string, content: Uint8Array): Promise<void> {
    const rows = localRelation([{ target: 0, leaf: 0, source: 0, part: 0, block: content }])
    const output = { directory: path, compression: 'none', replaces: true } as const
    await this.#use(({ session }) => writeBlocks(session, rows, output))
  }

  async readFile(path: string): Promise<Uint8Array | null> {
    const blocks = await this.#find((session) => rowsOf(session, wholeFiles(path), ({ block }) => block))
    return blocks && Buffer.concat(blocks)
  }

  /** What a question about files gives; null where Spark finds no such path. */
  async #find<T>(ask: (session: ConnectSession) => Promise<T>): Promise<T | null> {
    try {
      return await this.#use(({ session }) => ask(session))
    } catch (error) {
      if (error instanceof SparkException && error.code === PATH_NOT_FOUND) return null
      throw error
    }
  }

  /** The working directory in the cluster's default file system, qualified; asked for once. */
  #homeDirectory(): Promise<string> {
    if (this.#home !== null) return this.#home
    const asked = this.#use(homeDirectory)
    asked.catch(() => {
      this.#home = null
    })
    this.#home = asked
    return asked
  }
}

/**
 * The working directory in the cluster's default file system. No setting tells which that is, for it may stand in the cluster's own files; but
 * what Spark says of a path that is not there does.
 */
async function homeDirectory({ session }: SparkCluster): Promise<string> {
  const name = `millstream-${randomUUID()}`
  try {
    await session.analyze(readFiles('text', [name]))
  } catch (error) {
    const isMissing = error instanceof SparkException && error.code === PATH_NOT_FOUND
    const home = isMissing ? new RegExp(`(\\S*)/${name}`).exec(error.message)?.[1] : undefined
    if (home === undefined) throw error
    return home
  }
  throw new Error(`Spark found a file '${name}', which nobody made`)
}

async function rowsOf<T>(session: ConnectSession, files: Relation, read: (row: Row) => T): Promise<T[]> {
  const found: T[] = []
  for await (const row of fetchRows(session, files)) found.push(read(row))
  return found
}
