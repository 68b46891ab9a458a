import { FileNotFoundException } from './errors.ts'
import type { FileStatus, FileSystem } from './file-system.ts'
import { fileSystemOf } from './file-systems.ts'
import { compileGlobSegment, expandSlashGroups, type GlobSegment } from './glob.ts'
import { comparePaths, parsePath } from './path.ts'

/**
 * The files and directories that a pattern names, in the order of their paths; Hadoop's `FileSystem.globStatus`.
 *
 * @param pattern a path of any registered file system, with `*`, `?`, `[a-c]`, `[^a]`, `{a,b}` in any of its segments
 * @param accepts leaves out what it answers false for; asked about final paths only, so a hidden directory on the way is passed through
 * @returns undefined when the pattern is a plain path and nothing acceptable is there, an empty array when a pattern matches nothing
 */
export async function globStatus(
  pattern: string,
  accepts: (path: string) => boolean = () => true,
): Promise<FileStatus[] | undefined> {
  const fileSystem = fileSystemOf(pattern)
  const { path: absolute } = parsePath(fileSystem.qualify(pattern))
  const found = new Map<string, FileStatus>()
  let isPattern = false
  for (const expanded of expandSlashGroups(absolute)) {
    const segments = expanded
      .split('/')
      .filter((segment) => segment !== '')
      .map(compileGlobSegment)
    if (expanded !== absolute || segments.some((segment) => segment.kind === 'pattern')) isPattern = true
    for (const status of await walk(fileSystem, rootOf(fileSystem, pattern), segments)) {
      if (accepts(status.path)) found.set(status.path, status)
    }
  }
  if (!isPattern && found.size === 0) return undefined
  return [...found.values()].sort((left, right) => comparePaths(left.path, right.path))
}

/** Follows the segments down from the root; plain names are joined and looked up only where it matters. */
async function walk(fileSystem: FileSystem, root: string, segments: readonly GlobSegment[]): Promise<FileStatus[]> {
  let candidates = [root]
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (segment.kind === 'name') {
      candidates = candidates.map((parent) => joinPath(parent, segment.name))
      continue
    }
    const next: FileStatus[] = []
    for (const parent of candidates) {
      const directory = await statusIfThere(fileSystem, parent)
      if (directory === undefined || !directory.isDirectory) continue
      for (const child of await fileSystem.listStatus(parent)) {
        if (segment.matches(child.path.slice(child.path.lastIndexOf('/') + 1))) next.push(child)
      }
    }
    if (isLast) return next
    candidates = next.filter((child) => child.isDirectory).map((child) => child.path)
  }
  const statuses = await Promise.all(candidates.map((candidate) => statusIfThere(fileSystem, candidate)))
  return statuses.filter((status) => status !== undefined)
}

function rootOf(fileSystem: FileSystem, pattern: string): string {
  const { scheme, authority } = parsePath(pattern)
  return fileSystem.qualify(authority === '' ? `${scheme ?? fileSystem.scheme}:/` : `${scheme}://${authority}/`)
}

function joinPath(parent: string, name: string): string {
  return parent.endsWith('/') ? parent + name : `${parent}/${name}`
}

async function statusIfThere(fileSystem: FileSystem, path: string): Promise<FileStatus | undefined> {
  try {
    return await fileSystem.getFileStatus(path)
  } catch (error) {
    if (error instanceof FileNotFoundException) return undefined
    throw error
  }
}
