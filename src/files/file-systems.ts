import { UnsupportedFileSystemException } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { LocalFileSystem } from './local-file-system.ts'
import { parsePath } from './path.ts'

/** Makes the file system of one authority, the `host:port` of `scheme://host:port/…`; called once for each. */
export type FileSystemFactory = (authority: string) => FileSystem

const DEFAULT_SCHEME = 'file'
const factories = new Map<string, FileSystemFactory>([['file', () => new LocalFileSystem()]])
const instances = new Map<string, FileSystem>()

/**
 * Makes the paths of a scheme usable wherever a path is taken. A scheme that was registered before gets the new factory; file systems
 * handed out already stay as they are.
 *
 * @param scheme without the colon, for instance `hdfs`
 */
export function registerFileSystem(scheme: string, factory: FileSystemFactory): void {
  const key = scheme.toLowerCase()
  factories.set(key, factory)
  for (const instance of instances.keys()) {
    if (instance.startsWith(`${key}://`)) instances.delete(instance)
  }
}

/**
 * The file system that a path lives on; a path without a scheme is a local one.
 * @throws UnsupportedFileSystemException for a scheme that nobody registered; the message lists those there are.
 */
export function fileSystemOf(path: string): FileSystem {
  const { scheme = DEFAULT_SCHEME, authority } = parsePath(path)
  const factory = factories.get(scheme)
  if (factory === undefined) {
    const available = [...factories.keys()].map((name) => `${name}:`).join(', ')
    throw new UnsupportedFileSystemException(
      'UNSUPPORTED_FILE_SYSTEM',
      `No FileSystem for scheme "${scheme}", wanted for '${path}'. Available: ${available}. ` +
        `A further one is made known with registerFileSystem('${scheme}', factory).`,
    )
  }
  const key = `${scheme}://${scheme === DEFAULT_SCHEME ? '' : authority}`
  let instance = instances.get(key)
  if (instance === undefined) {
    instance = factory(authority)
    instances.set(key, instance)
  }
  return instance
}

/** The path as its own file system qualifies it, for instance `file:/data/a.txt`. */
export function qualifyPath(path: string): string {
  return fileSystemOf(path).qualify(path)
}
