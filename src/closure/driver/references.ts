import { createRequire, isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { PathKey, Reference } from '../wire/format.ts'
import type { Position } from './function-facts.ts'
import { seenExports } from './module-exports.ts'
import { isOfProgram } from './program-package.ts'

type Holder = Record<PropertyKey, unknown>

const nodeRequire = createRequire(import.meta.url)

/** Names that every Node process has, so that a function which uses them needs nothing to be sent. */
const STANDARD_GLOBALS: ReadonlySet<string> = new Set([
  ...'globalThis global Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date'.split(
    ' ',
  ),
  ...'Promise RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON'.split(
    ' ',
  ),
  ...'Math Intl ArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array'.split(' '),
  ...'Float32Array Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set'.split(' '),
  ...'Iterator WeakMap WeakSet WeakRef Proxy Reflect FinalizationRegistry SharedArrayBuffer decodeURI'.split(' '),
  ...'decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN console process'.split(' '),
  ...'Buffer clearImmediate setImmediate clearInterval clearTimeout setInterval setTimeout queueMicrotask'.split(' '),
  ...'structuredClone atob btoa performance fetch navigator crypto Crypto CryptoKey SubtleCrypto WebAssembly'.split(
    ' ',
  ),
  ...'AbortController AbortSignal Blob BroadcastChannel ByteLengthQueuingStrategy CompressionStream'.split(' '),
  ...'CountQueuingStrategy CustomEvent DecompressionStream DOMException Event EventTarget File FormData'.split(' '),
  ...'Headers MessageChannel MessageEvent MessagePort Performance PerformanceEntry PerformanceMark'.split(' '),
  ...'PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming'.split(' '),
  ...'ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest'.split(' '),
  ...'ReadableStreamDefaultController ReadableStreamDefaultReader Request Response TextDecoder'.split(' '),
  ...'TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController'.split(' '),
  ...'URL URLSearchParams WebSocket WritableStream WritableStreamDefaultController'.split(' '),
  ...'WritableStreamDefaultWriter Float16Array'.split(' '),
])

export function isStandardGlobal(name: string): boolean {
  return STANDARD_GLOBALS.has(name)
}

const SKIPPED_MODULES: ReadonlySet<string> = new Set(['punycode', 'sys', 'wasi', 'trace_events'])
const SKIPPED_KEYS: ReadonlySet<PropertyKey> = new Set(['mainModule', 'env', 'argv', 'cache', 'constants', 'binding'])

/** `Array.prototype.map` and `fs.promises.readFile` are two steps from their roots. */
const DEPTH = 2

/** The names of built-in values: `node:fs`'s `readFileSync`, `Math.max`, `Array.prototype.map`. */
class BuiltinNames {
  readonly #names = new Map<object, Reference>()
  readonly #modules = new Set<string>()
  /** Globals that Node loads when they are first read (`fetch`'s classes take 20 ms), by name. */
  readonly #unread = new Set<string>()
  #loaded = 0

  find(value: object): Reference | undefined {
    // A value that a program holds comes from a module that is already loaded, so the search loads no module.
    const list = (process as unknown as { moduleLoadList: string[] }).moduleLoadList
    if (list.length !== this.#loaded) {
      if (this.#loaded === 0) this.#addGlobals()
      for (let index = this.#loaded; index < list.length; index++) this.#addLoaded(list[index]!)
      this.#loaded = list.length
    }
    const found = this.#names.get(value)
    if (found !== undefined || typeof value !== 'function' || !this.#unread.has(value.name)) return found
    for (const name of this.#unread) this.#addGlobal(name)
    this.#unread.clear()
    return this.#names.get(value)
  }

  #addLoaded(entry: string): void {
    if (!entry.startsWith('NativeModule ')) return
    const name = entry.slice('NativeModule '.length)
    if (name.startsWith('internal/') || SKIPPED_MODULES.has(name) || !isBuiltin(`node:${name}`)) return
    if (this.#modules.has(name)) return
    this.#modules.add(name)
    this.#add(process.getBuiltinModule(`node:${name}`), { from: 'builtin', module: name, path: [] }, DEPTH)
  }

  #addGlobals(): void {
    this.#names.set(globalThis, { from: 'global', path: [] })
    for (const name of STANDARD_GLOBALS) {
      const isLazy = Object.getOwnPropertyDescriptor(globalThis, name)?.get !== undefined
      if (isLazy && name !== 'process' && name !== 'Buffer') this.#unread.add(name)
      else this.#addGlobal(name)
    }
  }

  #addGlobal(name: string): void {
    const value = readMember(globalThis, name)
    if (value !== undefined) this.#add(value, { from: 'global', path: [name] }, DEPTH)
  }

  #add(value: unknown, reference: Reference, depth: number): void {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return
    if (this.#names.has(value)) return
    this.#names.set(value, reference)
    if (depth === 0) return
    for (const key of Reflect.ownKeys(value)) {
      if (SKIPPED_KEYS.has(key) || (typeof key === 'string' && key.startsWith('_'))) continue
      const pathKey = toPathKey(key)
      if (pathKey === undefined) continue
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key)!
      const path = [...reference.path, pathKey]
      if ('value' in descriptor) {
        this.#add(descriptor.value, { ...reference, path }, holdsCode(descriptor.value) ? depth - 1 : 0)
      } else {
        if (descriptor.get) this.#add(descriptor.get, { ...reference, path: [...path, { accessor: 'get' }] }, 0)
        if (descriptor.set) this.#add(descriptor.set, { ...reference, path: [...path, { accessor: 'set' }] }, 0)
      }
    }
  }
}

/** Functions, and plain objects or prototypes, which may be name spaces; an instance's insides need no names. */
function holdsCode(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.hasOwn(value, 'constructor')
}

function toPathKey(key: string | symbol): PathKey | undefined {
  if (typeof key === 'string') return key
  for (const name of Object.getOwnPropertyNames(Symbol)) {
    if ((Symbol as unknown as Holder)[name] === key) return { symbol: name }
  }
  return undefined
}

const builtins = new BuiltinNames()

/** Returns the name of a built-in value; undefined for any other value. */
export function builtinReference(value: object): Reference | undefined {
  return builtins.find(value)
}

/** This package's own folder, as a URL ending in a slash: its functions exist on every worker. */
const OWN_ROOT = new URL('../../', import.meta.url).href
const OWN_TEST = /\.test\.[cm]?[jt]s$/

const OWN_FOLDER = fileURLToPath(OWN_ROOT)

/** Whether a URL or path is a file of this package. */
export function isOwnCode(url: string): boolean {
  return (url.startsWith(OWN_ROOT) || url.startsWith(OWN_FOLDER)) && !OWN_TEST.test(bare(url))
}

/** Whether a worker can load the code at a URL by itself: part of this package, or of one in node_modules that is not the program. */
export function isInstalled(url: string): boolean {
  if (!url.startsWith('file:') && !url.startsWith('/')) return false
  if (isOwnCode(url)) return true
  return url.includes('/node_modules/') && !isOfProgram(url)
}

function bare(url: string): string {
  return url.replace(/[?#].*$/, '')
}

const namespaces = new Map<string, object | null>()
const found = new WeakMap<object, Reference>()

/** Thrown when the answer needs a module's namespace, which only `import()` gives: load it, then capture again. */
export class NamespaceNeeded {
  readonly url: string
  constructor(url: string) {
    this.url = url
  }
}

/**
 * How long an `import()` of a module that V8 has already run may take. It takes longer only where the module waits at a top-level `await`,
 * perhaps for the very job whose functions are captured here: then the module's names cannot be had, and its functions travel by value.
 */
const NAMESPACE_TIMEOUT_MS = 2_000

/** Loads what `NamespaceNeeded` asks for. The module is loaded already, so this runs none of its code. */
export async function loadNamespace(url: string): Promise<void> {
  namespaces.set(url, await importWithin(url, NAMESPACE_TIMEOUT_MS))
}

/** A module's namespace, or null for a module that cannot be imported or has not run to its end within the time. */
async function importWithin(url: string, timeoutMs: number): Promise<object | null> {
  let timer: NodeJS.Timeout | undefined
  // The timer is not unreferenced: it keeps a process alive that has nothing else to wait for.
  const timedOut = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, null)
  })
  try {
    return await Promise.race([import(url) as Promise<object>, timedOut])
  } catch {
    return null
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Returns the name under which an installed module exports a function or class; `undefined` when the module does not export it (an inner function).
 * @throws NamespaceNeeded
 */
export function installedReference(value: object, position: Position, mayWait = false): Reference | undefined {
  const known = found.get(value)
  if (known !== undefined) return known
  const { url } = position
  const file = url.startsWith('file:') ? fileURLToPath(bare(url)) : url
  const cached = nodeRequire.cache[file]
  let reference: Reference | undefined
  if (cached !== undefined) {
    const path = findPath(cached.exports, value)
    if (path !== undefined) reference = { from: 'require', file, path }
  }
  if (reference === undefined && url.startsWith('file:')) {
    const loaded = namespaces.get(url)
    if (mayWait && loaded === undefined && cached === undefined && !isOwnCode(url)) throw new NamespaceNeeded(url)
    const seen = loaded === undefined && cached === undefined ? seenExports(value, position) : undefined
    const namespace = loaded ?? seen?.namespace
    const path = namespace && findPath(namespace, value)
    if (path !== undefined) reference = { from: 'import', url, path }
    else if (loaded === undefined && cached === undefined && seen?.isWhole !== true) throw new NamespaceNeeded(url)
  }
  if (reference !== undefined) found.set(value, reference)
  return reference
}

/** Whether an object is what some CommonJS module of this process exports. */
export function isModuleExports(value: object): boolean {
  for (const file in nodeRequire.cache) if (nodeRequire.cache[file]?.exports === value) return true
  return false
}

const MAX_DEPTH = 3

/** Breadth first, so that the shortest name wins. */
function findPath(root: unknown, wanted: object): PathKey[] | undefined {
  const seen = new Set<unknown>()
  let level: { value: unknown; path: PathKey[] }[] = [{ value: root, path: [] }]
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const next: typeof level = []
    for (const { value, path } of level) {
      if (value === wanted) return path
      if ((typeof value !== 'object' || value === null) && typeof value !== 'function') continue
      if (seen.has(value)) continue
      seen.add(value)
      for (const key of Reflect.ownKeys(value)) {
        const pathKey = toPathKey(key)
        if (pathKey === undefined) continue
        const member = readMember(value, key)
        if (member !== undefined) next.push({ value: member, path: [...path, pathKey] })
      }
    }
    level = next
  }
  return undefined
}

function readMember(holder: object, key: PropertyKey): unknown {
  try {
    return (holder as Holder)[key]
  } catch {
    return undefined
  }
}
