import type { ClusterListOptions } from '../files/cluster-paths.ts'
import type { FileStatus } from '../files/file-system.ts'
import type { InputPathOptions } from '../files/input-paths.ts'

/** A file or directory, and who reads and writes it. */
export interface FilePlace {
  /** With its scheme. */
  readonly path: string
  /** `workers`: the engine's workers by themselves. `cluster`: the cluster, with file systems and credentials that it is set up with. */
  readonly by: 'workers' | 'cluster'
}

/** The files that an input path list names. */
export interface InputFiles {
  readonly files: readonly FileStatus[]
  readonly by: FilePlace['by']
}

/**
 * Where an engine's files are, and what the driver does with them: the one way from a path to files for all of rdd/, context/ and sources/.
 * `use` says in messages what a path was for: `textFile reads`, `saveAsTextFile writes to`.
 */
export interface EngineFiles {
  /** @throws UnsupportedFileSystemException for a path that neither the workers nor the cluster can use. */
  place(path: string, use: string): Promise<FilePlace>

  /** As `place`, at once; null where only the cluster knows: a path without a scheme. */
  placeNow(path: string, use: string): FilePlace | null

  /**
   * The files of an input path list, by the rules of Hadoop's `FileInputFormat`.
   * @throws InvalidInputException where a path names nothing.
   */
  input(pathList: string, use: string, options?: InputPathOptions & ClusterListOptions): Promise<InputFiles>

  /**
   * The files right in the directories that a path or pattern names; null where it names nothing.
   * @param modifiedAfter milliseconds since the epoch; older files may be left out.
   */
  directoryFiles(pattern: string, use: string, modifiedAfter: number): Promise<FileStatus[] | null>

  /** The files right in a directory; null where there is none. */
  list(directory: FilePlace): Promise<readonly FileStatus[] | null>

  /** The content of a file that `write` wrote; null where nothing is. The cluster adds a line feed. */
  read(file: FilePlace): Promise<Uint8Array | null>

  /** Writes a small file, whole or not at all. */
  write(file: FilePlace, content: Uint8Array): Promise<void>
}

/** A file or directory in a directory. */
export function placeIn({ path, by }: FilePlace, name: string): FilePlace {
  return { path: `${path.replace(/\/$/, '')}/${name}`, by }
}
