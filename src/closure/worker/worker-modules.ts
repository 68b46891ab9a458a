import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { ClosureError } from '../wire/closure-error.ts'
import type { PathKey, Reference } from '../wire/format.ts'

type Holder = Record<PropertyKey, unknown>

export function namespaceOf(module: string): object {
  const exports = process.getBuiltinModule(`node:${module}`) as unknown as Record<string, unknown>
  return Object.freeze({ ...exports, default: exports })
}

/** Gives the place here of a module of the driver: a URL for a URL, a path for a path. */
export type Locate = (place: string) => string

export function resolveReference(reference: Reference, modules: ReadonlyMap<string, object>, locate: Locate): unknown {
  switch (reference.from) {
    case 'global':
      return followPath(globalThis, reference.path, reference)
    case 'builtin':
      return followPath(process.getBuiltinModule(`node:${reference.module}`), reference.path, reference)
    case 'import':
      return followPath(modules.get(reference.url), reference.path, reference)
    case 'require':
      return followPath(createRequire(import.meta.url)(locate(reference.file)), reference.path, reference)
    default:
      return reference satisfies never
  }
}

function followPath(root: unknown, path: readonly PathKey[], reference: Reference): unknown {
  let value = root
  for (let at = 0; at < path.length; at++) {
    if (value === undefined || value === null) break
    const step = path[at]!
    const key = typeof step === 'string' ? step : 'symbol' in step ? Reflect.get(Symbol, step.symbol) : undefined
    const next = path[at + 1]
    if (typeof next === 'object' && 'accessor' in next) {
      return Object.getOwnPropertyDescriptor(value, key as PropertyKey)?.[next.accessor]
    }
    value = (value as Holder)[key as PropertyKey]
  }
  if (value === undefined) {
    throw new ClosureError(`this worker has no ${describeReference(reference)}; is the same version installed there?`)
  }
  return value
}

function describeReference(reference: Reference): string {
  const path = reference.path.map((key) => (typeof key === 'string' ? key : JSON.stringify(key))).join('.')
  const from =
    reference.from === 'global'
      ? 'global'
      : reference.from === 'builtin'
        ? `node:${reference.module}`
        : reference.from === 'import'
          ? reference.url
          : reference.file
  return `${path || 'module'} of ${from}`
}

function fileUrl(url: string): string {
  if (url.startsWith('file:')) return url.replace(/[?#].*$/, '')
  if (url.startsWith('/')) return pathToFileURL(url).href
  return pathToFileURL(`${process.cwd()}/`).href
}

export function requireFor(url: string): NodeJS.Require {
  return createRequire(fileUrl(url))
}

/** `import()` of a function that stands in a module of the driver: resolved from there, and TypeScript is loaded as loaders of the driver do. */
export function importFor(url: string): (specifier: unknown, options?: ImportCallOptions) => Promise<unknown> {
  const base = fileUrl(url)
  return async (specifier, options) => {
    const name = String(specifier)
    const isFile = name.startsWith('./') || name.startsWith('../') || name.startsWith('/') || name.startsWith('file:')
    if (isFile) return importFile(new URL(name, base), options)
    if (/^[a-z]+:/.test(name)) return import(name, options)
    return import(pathToFileURL(createRequire(base).resolve(name)).href, options)
  }
}

const TYPE_SCRIPT = /\.[cm]?tsx?$/
/** What stands for a file that is not there, in the order in which loaders of TypeScript look for it. */
const TYPED_ENDINGS: readonly (readonly [ending: RegExp, others: readonly string[]])[] = [
  [/\.js$/, ['.ts', '.tsx']],
  [/\.jsx$/, ['.tsx']],
  [/\.mjs$/, ['.mts']],
  [/\.cjs$/, ['.cts']],
  [/$/, ['.ts', '.tsx', '.js', '.mjs', '.json', '/index.ts', '/index.js']],
]

async function importFile(url: URL, options?: ImportCallOptions): Promise<unknown> {
  const found = existing(url)
  if (TYPE_SCRIPT.test(found.pathname)) await loadTypeScript()
  return import(found.href, options)
}

/** The file itself, or the one that a loader of TypeScript takes in its place. */
function existing(url: URL): URL {
  if (url.protocol !== 'file:' || isFileAt(url)) return url
  for (const [ending, others] of TYPED_ENDINGS) {
    if (!ending.test(url.pathname)) continue
    for (const other of others) {
      const candidate = new URL(url)
      candidate.pathname = url.pathname.replace(ending, other)
      if (isFileAt(candidate)) return candidate
    }
  }
  return url
}

function isFileAt(url: URL): boolean {
  return statSync(url, { throwIfNoEntry: false })?.isFile() ?? false
}

let typeScript: Promise<void> | undefined

/** Has this thread load TypeScript from now on, by tsx where that is installed: Node alone takes a part of the language, and older ones none. */
function loadTypeScript(): Promise<void> {
  // Both: a file in a package without a module type is loaded by way of `require`.
  typeScript ??= Promise.all([import('tsx/cjs/api'), import('tsx/esm/api')]).then(
    ([commonJs, modules]) => {
      commonJs.register()
      modules.register()
    },
    () => {},
  )
  return typeScript
}

export function importMeta(url: string): object {
  const base = fileUrl(url)
  const require = createRequire(base)
  const filename = base.startsWith('file:') ? decodeURIComponent(new URL(base).pathname) : base
  return {
    url: base,
    filename,
    dirname: filename.replace(/\/[^/]*$/, ''),
    resolve(specifier: string): string {
      if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, base).href
      if (/^[a-z]+:/.test(specifier)) return specifier
      const found = require.resolve(specifier)
      return found.startsWith('/') ? pathToFileURL(found).href : `node:${found.replace(/^node:/, '')}`
    },
  }
}
