import { argumentOf, aText } from '../arguments/argument.ts'
import { checkArguments } from '../arguments/check-arguments.ts'
import { UnsupportedFileSystemException } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { type FileSystemReference, type ModuleReference, moduleReference } from './file-system-reference.ts'
import { LocalFileSystem } from './local-file-system.ts'
import { ModuleFileSystem } from './module-file-system.ts'
import { parsePath } from './path.ts'

/** Makes the file system of one authority, the `host:port` of `scheme://host:port/…`; called once for each. */
export type FileSystemFactory = (authority: string) => FileSystem

type Registration =
  | { readonly kind: 'factory'; readonly factory: FileSystemFactory }
  | { readonly kind: 'module'; readonly reference: ModuleReference }

const REGISTRATION = [
  aText('scheme'),
  argumentOf(
    'source',
    'a function, or an object with a module',
    (value) => typeof value === 'function' || typeof Object(value).module !== 'undefined',
  ),
]
const DEFAULT_SCHEME = 'file'
const registrations = new Map<string, Registration>([
  [DEFAULT_SCHEME, { kind: 'factory', factory: () => new LocalFileSystem() }],
])
const instances = new Map<string, FileSystem>()
/** Grows with each registration. */
let version = 0

/**
 * Makes the paths of a scheme usable wherever a path is taken. A scheme that was registered before gets the new file system; file systems
 * handed out already stay as they are.
 *
 * @param scheme without the colon, for instance `mem`
 * @param source a module reference, with which workers load the file system too, so that RDDs and streams read and write through it; or a
 *   function, which only the driver has: data that workers read or write is refused with it, by name
 *   (`UNSUPPORTED_FILE_SYSTEM`).
 * @throws IllegalArgumentException for a module or options that cannot travel to a worker.
 * @example
 * registerFileSystem('mem', { module: new URL('./memory-file-system.ts', import.meta.url), exportName: 'memoryFileSystem', options: { bucket: 'a' } })
 */
export function registerFileSystem(scheme: string, source: FileSystemFactory | FileSystemReference): void {
  checkArguments('registerFileSystem', REGISTRATION, [scheme, source])
  const key = scheme.toLowerCase()
  registrations.set(
    key,
    typeof source === 'function'
      ? { kind: 'factory', factory: source }
      : { kind: 'module', reference: moduleReference(key, source) },
  )
  version += 1
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
  const registration = registrations.get(scheme)
  if (registration === undefined) {
    const available = [...registrations.keys()].map((name) => `${name}:`).join(', ')
    throw new UnsupportedFileSystemException(
      'UNSUPPORTED_FILE_SYSTEM',
      `No FileSystem for scheme "${scheme}", wanted for '${path}'. Available: ${available}. ` +
        `A further one is made known with registerFileSystem('${scheme}', { module, exportName }).`,
    )
  }
  const key = `${scheme}://${scheme === DEFAULT_SCHEME ? '' : authority}`
  let instance = instances.get(key)
  if (instance === undefined) {
    instance =
      registration.kind === 'factory'
        ? registration.factory(authority)
        : new ModuleFileSystem(scheme, authority, registration.reference)
    instances.set(key, instance)
  }
  return instance
}

/** As {@link fileSystemOf}, with what is known only once its module is loaded, such as `atomicRename`. */
export async function loadFileSystem(path: string): Promise<FileSystem> {
  const fileSystem = fileSystemOf(path)
  return fileSystem instanceof ModuleFileSystem ? fileSystem.load() : fileSystem
}

/** The path as its own file system qualifies it, for instance `file:/data/a.txt`. */
export function qualifyPath(path: string): string {
  return fileSystemOf(path).qualify(path)
}

/** How workers load the file system of a path: null for one that every worker has. */
export function referenceOfPath(path: string): ModuleReference | null {
  const registration = registrations.get(parsePath(path).scheme ?? DEFAULT_SCHEME)
  return registration?.kind === 'module' ? registration.reference : null
}

/** Whether a program has registered the scheme of a path. */
export function isRegistered(path: string): boolean {
  const { scheme = DEFAULT_SCHEME } = parsePath(path)
  return scheme !== DEFAULT_SCHEME && registrations.has(scheme)
}

/**
 * @param use what workers were to do, for the message, for instance `textFile reads`.
 * @throws UnsupportedFileSystemException for a path whose file system workers cannot load, or that nobody registered.
 */
export function assertWorkersLoad(path: string, use: string): void {
  const { scheme = DEFAULT_SCHEME } = parsePath(path)
  const registration = registrations.get(scheme)
  if (scheme === DEFAULT_SCHEME || registration?.kind === 'module') return
  if (registration === undefined) {
    fileSystemOf(path)
    return
  }
  throw new UnsupportedFileSystemException(
    'UNSUPPORTED_FILE_SYSTEM',
    `${use} '${path}' on worker threads, and the file system of ${scheme}: was registered as a function, which workers cannot load. ` +
      `Register a module reference instead: registerFileSystem('${scheme}', { module: new URL('./file-system.ts', import.meta.url), exportName, options }).`,
  )
}

/** All file systems that workers load by themselves, by scheme, and a number that grows when they change. */
export interface FileSystemReferences {
  readonly version: number
  readonly references: ReadonlyMap<string, ModuleReference>
}

/** The number that {@link fileSystemReferences} would have. */
export function fileSystemVersion(): number {
  return version
}

export function fileSystemReferences(): FileSystemReferences {
  const references = new Map<string, ModuleReference>()
  for (const [scheme, registration] of registrations) {
    if (registration.kind === 'module') references.set(scheme, registration.reference)
  }
  return { version, references }
}

/** Has this thread know what another one has told by {@link fileSystemReferences}. */
export function adoptReference(scheme: string, reference: ModuleReference): void {
  const known = registrations.get(scheme)
  if (known?.kind === 'module' && known.reference.id === reference.id) return
  registrations.set(scheme, { kind: 'module', reference })
  for (const instance of instances.keys()) {
    if (instance.startsWith(`${scheme}://`)) instances.delete(instance)
  }
}
