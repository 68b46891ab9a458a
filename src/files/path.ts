import { posix } from 'node:path'
import { IllegalArgumentException } from '../errors.ts'

/** A path as its user gave it, taken apart. */
export interface ParsedPath {
  /** Lower case, without the colon; undefined when the path names none. */
  readonly scheme: string | undefined
  /** The host and port of `scheme://host:port/…`; empty when there is none. */
  readonly authority: string
  /** The rest, doubled slashes, dot segments and a trailing slash removed. */
  readonly path: string
}

/**
 * Takes a path apart by the rules of Hadoop's `Path`: nothing is percent-decoded, and a scheme of one letter is a Windows drive.
 * @throws IllegalArgumentException for an empty path.
 */
export function parsePath(text: string): ParsedPath {
  if (text === '') throw new IllegalArgumentException('EMPTY_PATH', 'Can not create a Path from an empty string')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(text)?.[1]
  let rest = scheme === undefined ? text : text.slice(scheme.length + 1)
  let authority = ''
  if (scheme !== undefined && rest.startsWith('//')) {
    const end = rest.indexOf('/', 2)
    authority = rest.slice(2, end < 0 ? undefined : end)
    rest = end < 0 ? '/' : rest.slice(end)
  }
  return { scheme: scheme?.toLowerCase(), authority, path: withoutTrailingSlash(posix.normalize(rest)) }
}

/** The last segment of a path, qualified or not. */
export function pathName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Whether Hadoop's inputs leave a file out by its name: it starts with `_` or `.`. */
export function isHidden(path: string): boolean {
  const first = pathName(path)[0]
  return first === '_' || first === '.'
}

/** Orders paths by their UTF-16 code units: the same on every machine, whatever its locale. */
export function comparePaths(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** The pattern that stands for one path and no other. */
export function escapeGlob(path: string): string {
  return path.replace(/[{}[\]*?\\]/g, '\\$&')
}

/** Cuts a comma-separated list of paths; a comma inside `{…}` belongs to the pattern. */
export function splitPathList(pathList: string): string[] {
  const paths: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < pathList.length; index++) {
    const character = pathList[index]
    if (character === '{') depth++
    else if (character === '}') depth = Math.max(0, depth - 1)
    else if (character === ',' && depth === 0) {
      paths.push(pathList.slice(start, index))
      start = index + 1
    }
  }
  paths.push(pathList.slice(start))
  return paths
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
