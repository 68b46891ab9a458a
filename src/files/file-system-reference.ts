import { createRequire, isBuiltin } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { IllegalArgumentException } from '../errors.ts'
import { UnsupportedFileSystemException } from './errors.ts'
import type { FileSystem } from './file-system.ts'

/**
 * A file system as every thread can load it: a module and the name of a function in it, which is called once in each thread that needs the
 * file system, for each authority.
 */
export interface FileSystemReference {
  /** The module: a URL (`new URL('./my-file-system.ts', import.meta.url)`), an absolute path, or the name of a package. TypeScript is loaded as it is. */
  readonly module: string | URL
  /** The exported function `(authority, options) => FileSystem`, or a promise of one; `default` unless given. */
  readonly exportName?: string
  /** The function's second argument, after the authority: plain data, copied to each thread. */
  readonly options?: unknown
}

/** The type of the module's exported function. */
export type FileSystemModuleFactory = (authority: string, options: unknown) => FileSystem | Promise<FileSystem>

/** A reference as it travels between threads. */
export interface ModuleReference {
  /** Unique among the registrations of a process. */
  readonly id: number
  readonly scheme: string
  readonly url: string
  readonly exportName: string
  readonly options: unknown
}

let lastId = 0

/** Checks a reference and makes it one that travels. @throws IllegalArgumentException */
export function moduleReference(scheme: string, reference: FileSystemReference): ModuleReference {
  const { module, exportName = 'default', options = null } = reference
  const url = urlOf(scheme, module)
  lastId += 1
  return Object.freeze({ id: lastId, scheme, url, exportName, options: plainCopy(scheme, options) })
}

function urlOf(scheme: string, module: string | URL): string {
  if (module instanceof URL) return module.href
  if (typeof module !== 'string' || module === '') throw badReference(scheme, 'names no module')
  if (isAbsolute(module)) return pathToFileURL(module).href
  if (/^(?:file|data|node):/.test(module)) return module
  if (module.startsWith('.')) {
    throw badReference(
      scheme,
      `names the module '${module}', which a worker cannot find: give new URL('${module}', import.meta.url)`,
    )
  }
  if (isBuiltin(module)) return `node:${module}`
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'file-system')).resolve(module)).href
  } catch {
    // A package that only `import` finds is looked for from where this library is installed.
    return module
  }
}

/** Functions and what else cannot be copied are refused where the file system is registered. */
function plainCopy(scheme: string, options: unknown): unknown {
  try {
    return structuredClone(options)
  } catch (cause) {
    throw badReference(scheme, `has options that cannot be copied to a worker (${(cause as Error).message})`, { cause })
  }
}

function badReference(scheme: string, what: string, options?: ErrorOptions): IllegalArgumentException {
  return new IllegalArgumentException(
    'BAD_FILE_SYSTEM_REFERENCE',
    `The file system registered for ${scheme}: ${what}`,
    options,
  )
}

/** Loads a file system in this thread. @throws UnsupportedFileSystemException where its module does not give one. */
export async function loadReference(reference: ModuleReference, authority: string): Promise<FileSystem> {
  const { scheme, url, exportName, options } = reference
  let failure: unknown
  let made: unknown
  try {
    const factory = memberOf(await importModule(url), exportName)
    if (typeof factory !== 'function') throw new TypeError(`it exports no function '${exportName}'`)
    made = await (factory as FileSystemModuleFactory)(authority, options)
    if (typeof (made as Partial<FileSystem> | null)?.open === 'function') return made as FileSystem
    failure = new TypeError(`'${exportName}' did not return a FileSystem`)
  } catch (error) {
    failure = error
  }
  throw new UnsupportedFileSystemException(
    'UNSUPPORTED_FILE_SYSTEM',
    `The file system of ${scheme}: could not be loaded from ${url}: ${failure instanceof Error ? failure.message : String(failure)}`,
    { cause: failure },
  )
}

/** TypeScript that Node does not load by itself is loaded by tsx, for this module and what it imports alone. */
async function importModule(url: string): Promise<object> {
  try {
    return (await import(url)) as object
  } catch (error) {
    if (!/\.[cm]?tsx?$/.test(url) || !isUnknownToNode(error)) throw error
    const { tsImport } = await import('tsx/esm/api')
    return (await tsImport(url, import.meta.url)) as object
  }
}

function isUnknownToNode(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return (
    code === 'ERR_UNKNOWN_FILE_EXTENSION' ||
    code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' ||
    code === 'ERR_MODULE_NOT_FOUND' ||
    error instanceof SyntaxError
  )
}

/** An export by its name; of a CommonJS module, whose exports are those of its default. */
function memberOf(module: object, name: string): unknown {
  const exported = (module as Record<string, unknown>)[name]
  const common = (module as { default?: unknown }).default
  if (typeof exported === 'function' || typeof common !== 'object' || common === null) return exported
  return (common as Record<string, unknown>)[name]
}
