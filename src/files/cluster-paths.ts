import { InvalidInputException } from './errors.ts'
import type { FileStatus } from './file-system.ts'
import { compileGlobSegment, expandSlashGroups, type GlobSegment } from './glob.ts'
import { directoryInInput, type InputPathOptions } from './input-paths.ts'
import { comparePaths, isHidden, parsePath, pathName, splitPathList } from './path.ts'

/** The file systems of a cluster, as far as it tells of them. */
export interface ClusterLister {
  /** The path with its scheme where the cluster's own readers read it; null for a path of the machine itself. */
  resolve(path: string): Promise<string | null>
  /** The files that a path or pattern names, with those in the directories that it names, at any depth; null where nothing is. */
  list(path: string, options?: ClusterListOptions): Promise<readonly FileStatus[] | null>
}

/** A selection of files. */
export interface ClusterListOptions {
  /** Only files modified after this time, in milliseconds since the epoch. */
  readonly modifiedAfter?: number
  /** Whether empty files count too. The cluster needs a second query for them, and does not tell their modification times. */
  readonly includesEmpty?: boolean
}

/**
 * The files that an input path list names on a cluster, by the rules of {@link expandInputPaths}; null where all of them are the machine's own.
 * A directory within an input directory is only noticed by the files in it.
 *
 * @throws InvalidInputException when any of the paths names nothing; all of them are in the message.
 * @throws IOException for a directory inside an input directory, unless it is to be skipped.
 */
export async function expandClusterPaths(
  pathList: string,
  cluster: ClusterLister,
  { subdirectories = 'reject', includesEmpty = false }: InputPathOptions & ClusterListOptions = {},
): Promise<FileStatus[] | null> {
  const paths = splitPathList(pathList)
  const resolved = await Promise.all(paths.map((path) => cluster.resolve(path)))
  if (resolved.every((path) => path === null)) return null
  const problems: string[] = []
  const files: FileStatus[] = []
  for (const [index, given] of paths.entries()) {
    const path = resolved[index] ?? given
    const found = await cluster.list(path, { includesEmpty })
    if (found === null) {
      const isPattern = segmentsOf(path).some((segments) => segments.some(({ kind }) => kind === 'pattern'))
      problems.push(isPattern ? `Input Pattern ${path} matches 0 files` : `Input path does not exist: ${path}`)
      continue
    }
    const { direct, deeper } = clusterMatches(path, found)
    const [below] = deeper
    if (below !== undefined && subdirectories === 'reject') throw directoryInInput(below)
    for (const file of direct) if (!isHidden(file.path)) files.push(file)
  }
  if (problems.length > 0) throw new InvalidInputException('INVALID_INPUT', problems.join('\n'))
  return files
}

/** The files of directories that a path or pattern names on a cluster; null where nothing is. Files that it names itself are left out. */
export async function filesOfClusterDirectories(
  path: string,
  cluster: ClusterLister,
  options: ClusterListOptions,
): Promise<FileStatus[] | null> {
  const found = await cluster.list(path, options)
  return found && clusterMatches(path, found).inDirectories
}

interface ClusterMatches {
  /** Files that match, and files in directories that match, in the order of the matches. */
  readonly direct: readonly FileStatus[]
  /** The files that are in directories. */
  readonly inDirectories: FileStatus[]
  /** Directories in directories that match, which hold files. */
  readonly deeper: readonly string[]
}

/** Tells apart how the files that a cluster lists belong to the pattern. */
function clusterMatches(pattern: string, found: readonly FileStatus[]): ClusterMatches {
  const alternatives = segmentsOf(pattern)
  const direct: { match: string; file: FileStatus }[] = []
  const inDirectories: FileStatus[] = []
  const deeper: string[] = []
  for (const file of found) {
    const names = parsePath(file.path).path.split('/').filter(Boolean)
    let depth = Number.NEGATIVE_INFINITY
    for (const segments of alternatives) {
      if (matchesStart(segments, names)) depth = Math.max(depth, segments.length)
    }
    if (depth === names.length) direct.push({ match: file.path, file })
    else if (depth === names.length - 1) {
      direct.push({ match: file.path.slice(0, -pathName(file.path).length - 1), file })
      inDirectories.push(file)
    } else deeper.push(`/${names.slice(0, depth + 1).join('/')}`)
  }
  direct.sort((a, b) => comparePaths(a.match, b.match) || comparePaths(a.file.path, b.file.path))
  return { direct: direct.map(({ file }) => file), inDirectories, deeper }
}

function matchesStart(segments: readonly GlobSegment[], names: readonly string[]): boolean {
  return (
    segments.length <= names.length &&
    segments.every((segment, i) =>
      segment.kind === 'name' ? segment.name === names[i] : segment.matches(names[i] as string),
    )
  )
}

function segmentsOf(pattern: string): GlobSegment[][] {
  return expandSlashGroups(parsePath(pattern).path).map((path) =>
    path.split('/').filter(Boolean).map(compileGlobSegment),
  )
}
