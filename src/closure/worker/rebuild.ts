import { ClosureError } from '../wire/closure-error.ts'
import {
  type Anchor,
  type Binding,
  type Encoded,
  type EncodedProperties,
  Flag,
  type Node,
  type NodeExtras,
  type Table,
} from '../wire/format.ts'
import { type ClassRestore, constructBare } from './class-restore.ts'
import { compile, compileWithin } from './compile.ts'
import type { RecentlyUsed } from './recently-used.ts'
import type { WorkerCells } from './worker-cells.ts'
import { importFor, importMeta, type Locate, namespaceOf, requireFor, resolveReference } from './worker-modules.ts'

type AnyNode = Node & NodeExtras
type Holder = Record<PropertyKey, unknown>
type AnyFunction = (...args: unknown[]) => unknown

/** The state that lives as long as the worker: shared variables, classes, local symbols, loaded modules. */
export interface RebuildState {
  readonly cells: WorkerCells
  /** Objects that outlive the tables which brought them, with what they reach: see `Anchor`. */
  readonly anchors: Map<string, { readonly hash: string; readonly values: readonly unknown[] }>
  readonly symbols: RecentlyUsed<string, symbol>
  readonly modules: Map<string, object>
  readonly restores: WeakMap<object, ClassRestore>
  readonly factories: Map<string, AnyFunction>
  readonly revivers: Readonly<Record<string, (data: unknown) => unknown>>
  readonly onClass: (id: string, owner: object) => void
  /** Where a module of the driver is here, by URL or path. */
  readonly locate: Locate
}

/** URLs that a table's references need loaded before it can be built. */
export function neededImports(table: Table, state: RebuildState): string[] {
  const urls = new Set<string>()
  for (const node of table.nodes) {
    if (node.kind !== 'reference' || node.reference.from !== 'import') continue
    if (!state.modules.has(node.reference.url)) urls.add(node.reference.url)
  }
  return [...urls]
}

const UNBUILT = Symbol('unbuilt')
const BUILDING = Symbol('building')

/** Builds the value that a table describes: first every object, then what is in them, so that cycles close. */
export class ValueBuilder {
  readonly #table: Table
  readonly #state: RebuildState
  readonly #built: unknown[]
  /** Variables of functions that could not be given when the function was made, because they lead back to it. */
  readonly #late: (() => void)[] = []
  readonly #reused = new Set<number>()

  constructor(table: Table, state: RebuildState) {
    this.#table = table
    this.#state = state
    this.#built = new Array(table.nodes.length).fill(UNBUILT)
  }

  build(): unknown {
    const { nodes, root } = this.#table
    for (const node of nodes) if (node.anchor !== undefined) this.#reuse(node.anchor)
    for (let index = 0; index < nodes.length; index++) this.#create(index)
    for (const set of this.#late) set()
    for (let index = 0; index < nodes.length; index++) {
      if (!this.#reused.has(index)) this.#fill(nodes[index]!, this.#built[index])
    }
    for (let index = 0; index < nodes.length; index++) this.#close(nodes[index]!, this.#built[index])
    for (const node of nodes) if (node.anchor !== undefined) this.#keep(node.anchor)
    return this.#value(root)
  }

  /** Takes the objects that this worker has kept under an anchor, when they were made of equal content. */
  #reuse({ id, hash, order }: Anchor): void {
    const kept = this.#state.anchors.get(id)
    if (kept === undefined || kept.hash !== hash) return
    for (let at = 0; at < order.length; at++) {
      const index = order[at]!
      if (this.#reused.has(index)) continue
      this.#built[index] = kept.values[at]
      this.#reused.add(index)
    }
  }

  #keep({ id, hash, order }: Anchor): void {
    if (this.#state.anchors.get(id)?.hash === hash) return
    this.#state.anchors.set(id, { hash, values: order.map((index) => this.#built[index]) })
  }

  #value(encoded: Encoded): unknown {
    return typeof encoded === 'object' && encoded !== null ? this.#built[encoded[0]] : encoded
  }

  /** Like `#value`, but makes the object when it is not there yet. */
  #demand(encoded: Encoded): unknown {
    return typeof encoded === 'object' && encoded !== null ? this.#create(encoded[0]) : encoded
  }

  #create(index: number): unknown {
    const known = this.#built[index]
    if (known !== UNBUILT) return known
    this.#built[index] = BUILDING
    const node = this.#table.nodes[index]!
    const made = this.#make(node)
    this.#built[index] = made
    return made
  }

  #make(node: AnyNode): unknown {
    switch (node.kind) {
      case 'data':
        return node.value
      case 'object':
        return this.#makeObject(node)
      case 'array':
        return this.#withPrototype([], node)
      case 'sparse':
        return this.#withPrototype(new Array(node.length), node)
      case 'map':
        return this.#withPrototype(new Map(), node)
      case 'set':
        return this.#withPrototype(new Set(), node)
      case 'weakmap':
        return this.#withPrototype(new WeakMap(), node)
      case 'weakset':
        return this.#withPrototype(new WeakSet(), node)
      case 'weakref':
        return new WeakRef((this.#demand(node.target) as object | undefined) ?? {})
      case 'date':
        return this.#withPrototype(new Date(node.time), node)
      case 'regexp': {
        const regexp = new RegExp(node.source, node.flags)
        regexp.lastIndex = node.lastIndex
        return this.#withPrototype(regexp, node)
      }
      case 'buffer':
        return Buffer.from(node.bytes)
      case 'bytes':
        return makeBytes(node)
      case 'view': {
        const View = (globalThis as unknown as Holder)[node.type] as new (...args: unknown[]) => object
        return this.#withPrototype(new View(this.#demand(node.buffer), node.offset, node.length), node)
      }
      case 'boxed':
        return this.#withPrototype(Object(node.value) as object, node)
      case 'error':
        return this.#makeError(node)
      case 'url':
        return this.#withPrototype(new URL(node.href), node)
      case 'searchparams':
        return this.#withPrototype(new URLSearchParams(node.text), node)
      case 'symbol':
        return this.#makeSymbol(node)
      case 'function':
        return this.#makeFunction(node.code, node.bindings, [], node.within)
      case 'class':
        return this.#makeClass(node)
      case 'bound':
        return (this.#demand(node.target) as AnyFunction).bind(
          this.#demand(node.self),
          ...node.args.map((argument) => this.#demand(argument)),
        )
      case 'prototype':
        return (this.#demand(node.of) as { prototype: object }).prototype
      case 'namespace':
        return namespaceOf(node.module)
      case 'reference':
        return resolveReference(node.reference, this.#state.modules, this.#state.locate)
      case 'shipped':
        return this.#revive(node.type, node.data)
      case 'require':
        return requireFor(this.#state.locate(node.url))
      case 'meta':
        return importMeta(this.#state.locate(node.url))
      case 'import':
        return importFor(this.#state.locate(node.url))
      default:
        return node satisfies never
    }
  }

  #withPrototype(object: object, node: AnyNode): object {
    if (node.proto !== undefined) {
      const prototype = this.#demand(node.proto) as object
      if ((prototype as unknown) !== BUILDING) Object.setPrototypeOf(object, prototype)
    }
    if (node.stamps !== undefined) this.#stamp(object, node)
    return object
  }

  #makeObject(node: AnyNode & { kind: 'object' }): object {
    if (node.proto === undefined) return {}
    if (node.proto === null) return Object.create(null) as object
    const prototype = this.#demand(node.proto) as object
    if ((prototype as unknown) === BUILDING) return {}
    const root = node.stamps?.[0]
    const owner = root === undefined ? undefined : (this.#demand(root.of) as AnyFunction)
    const isRoot = owner !== undefined && Object.getPrototypeOf(owner) === Function.prototype
    if (!isRoot) return this.#stamped(Object.create(prototype) as object, node, 0)
    return this.#stamped(constructBare(owner, this.#state.restores.get(owner)!, prototype), node, 1)
  }

  #stamp(object: object, node: AnyNode): void {
    this.#stamped(object, node, 0)
  }

  /** Puts the private members of each derived class on an object, empty. */
  #stamped(object: object, node: AnyNode, from: number): object {
    for (const { of } of (node.stamps ?? []).slice(from)) {
      const owner = this.#demand(of) as AnyFunction
      const parent: object = Object.getPrototypeOf(owner)
      Object.setPrototypeOf(owner, function give() {
        return object
      })
      try {
        constructBare(owner, this.#state.restores.get(owner)!, owner.prototype as object)
      } finally {
        Object.setPrototypeOf(owner, parent)
      }
    }
    if ((node.stamps ?? []).length > 0) for (const key of Reflect.ownKeys(object)) Reflect.deleteProperty(object, key)
    return object
  }

  #makeError(node: AnyNode & { kind: 'error' }): object {
    const ErrorClass = (globalThis as unknown as Record<string, ErrorConstructor>)[node.type] ?? Error
    const error = node.type === 'AggregateError' ? new AggregateError([]) : new ErrorClass()
    for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key)
    return this.#withPrototype(error, node)
  }

  #makeSymbol(node: AnyNode & { kind: 'symbol' }): symbol {
    if (node.from === 'registry') return Symbol.for(node.key)
    if (node.from === 'well-known') return (Symbol as unknown as Record<string, symbol>)[node.key]!
    let symbol = this.#state.symbols.get(node.key)
    if (symbol === undefined) {
      symbol = Symbol(node.description)
      this.#state.symbols.set(node.key, symbol, 0)
    }
    return symbol
  }

  #revive(kind: string, data: unknown): unknown {
    const reviver = this.#state.revivers[kind]
    if (reviver === undefined)
      throw new ClosureError(`this worker has no reviver for '${kind}'; give the rebuilder one`)
    return reviver(data)
  }

  #makeFunction(
    codeIndex: number,
    bindings: readonly Binding[],
    extra: readonly unknown[] = [],
    within?: Encoded,
  ): object {
    const code = this.#table.codes[codeIndex]!
    const owner = within === undefined ? undefined : (this.#demand(within) as object)
    const values = bindings.map((binding) => this.#binding(binding))
    const late = values.flatMap((value, at) => (value === BUILDING ? [at] : []))
    const factory =
      owner === undefined
        ? compile(code, late, this.#state.factories)
        : compileWithin(code, late, this.#state.restores.get(owner)!)
    const made = factory(...values.map((value) => (value === BUILDING ? undefined : value)), ...extra)
    if (late.length === 0) return made as object
    const [fn, set] = made as [object, AnyFunction]
    this.#late.push(() => set(...late.map((at) => this.#value((bindings[at] as { value: Encoded }).value))))
    return fn
  }

  #binding(binding: Binding): unknown {
    if (binding.kind === 'value') return this.#demand(binding.value)
    let cell = this.#state.cells.get(binding.cell)
    if (cell === undefined) {
      cell = { v: undefined, version: 0 }
      this.#state.cells.set(binding.cell, cell, 0)
    }
    return cell
  }

  #makeClass(node: AnyNode & { kind: 'class' }): object {
    const code = this.#table.codes[node.code]!
    const hasRestore = code.parameters.length > node.bindings.length
    const restore: ClassRestore = {
      on: false,
      set: () => {},
      get: () => [],
      setStatics: () => {},
      evaluate: () => undefined,
    }
    const owner = this.#makeFunction(node.code, node.bindings, hasRestore ? [restore] : [])
    if (hasRestore) this.#state.restores.set(owner, restore)
    this.#state.onClass(node.id, owner)
    return owner
  }

  #fill(node: AnyNode, object: unknown): void {
    switch (node.kind) {
      case 'object': {
        const target = object as Holder
        const { keys, values } = node
        for (let at = 0; at < keys.length; at++) target[keys[at]!] = this.#value(values[at])
        break
      }
      case 'array':
        for (const value of node.values) (object as unknown[]).push(this.#value(value))
        break
      case 'map':
        for (let at = 0; at < node.entries.length; at += 2) {
          Map.prototype.set.call(object, this.#value(node.entries[at]), this.#value(node.entries[at + 1]))
        }
        break
      case 'set':
        for (const value of node.values) Set.prototype.add.call(object, this.#value(value))
        break
      case 'weakmap':
        for (let at = 0; at < node.entries.length; at += 2) {
          WeakMap.prototype.set.call(object, this.#value(node.entries[at]) as object, this.#value(node.entries[at + 1]))
        }
        break
      case 'weakset':
        for (const value of node.values) WeakSet.prototype.add.call(object, this.#value(value) as object)
        break
      case 'class':
        if (node.statics.length > 0) {
          this.#state.restores.get(object as object)!.setStatics(node.statics.map((value) => this.#value(value)))
        }
        break
      default:
    }
    for (const { of, values } of node.stamps ?? []) {
      const restore = this.#state.restores.get(this.#value(of) as object)!
      restore.set(
        object as object,
        values.map((value) => this.#value(value)),
      )
    }
    if (node.properties !== undefined) this.#define(object as object, node.properties)
    if (node.prototypeProperties !== undefined) {
      this.#define((object as { prototype: object }).prototype, node.prototypeProperties)
    }
    if (node.prototypeParent !== undefined) {
      const prototype = (object as { prototype: object }).prototype
      Object.setPrototypeOf(prototype, this.#value(node.prototypeParent) as object | null)
    }
  }

  #define(object: object, properties: EncodedProperties): void {
    for (let at = 0; at < properties.length; at += 3) {
      const key = this.#value(properties[at] as Encoded) as PropertyKey
      const flags = properties[at + 1] as number
      const value = properties[at + 2]
      const enumerable = (flags & Flag.ENUMERABLE) !== 0
      const configurable = (flags & Flag.CONFIGURABLE) !== 0
      if ((flags & Flag.ACCESSOR) !== 0) {
        const [get, set] = value as readonly [Encoded, Encoded]
        const accessor = { get: this.#value(get), set: this.#value(set), enumerable, configurable }
        Object.defineProperty(object, key, accessor as PropertyDescriptor)
      } else {
        const writable = (flags & Flag.WRITABLE) !== 0
        const data = this.#value(value as Encoded)
        Object.defineProperty(object, key, { value: data, writable, enumerable, configurable })
      }
    }
  }

  #close(node: AnyNode, object: unknown): void {
    if (node.integrity === 'frozen') Object.freeze(object)
    else if (node.integrity === 'sealed') Object.seal(object)
    else if (node.integrity === 'closed') Object.preventExtensions(object)
  }
}

function makeBytes(node: AnyNode & { kind: 'bytes' }): ArrayBufferLike {
  const { bytes, shared, maxByteLength } = node
  const buffer = shared
    ? new SharedArrayBuffer(bytes.length)
    : new (ArrayBuffer as new (length: number, options?: { maxByteLength: number }) => ArrayBuffer)(
        bytes.length,
        maxByteLength === undefined ? undefined : { maxByteLength },
      )
  new Uint8Array(buffer).set(bytes)
  return buffer
}

/** Loads what `neededImports` named. */
export async function importAll(urls: readonly string[], state: RebuildState): Promise<void> {
  for (const url of urls) state.modules.set(url, await importModule(state.locate(url)))
}

/** How long a module may take to load on a worker. One that takes longer waits, at its top level, for something that a worker does not have. */
const IMPORT_TIMEOUT_MS = 60_000

async function importModule(url: string): Promise<object> {
  let timer: NodeJS.Timeout | undefined
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = IMPORT_TIMEOUT_MS / 1000
      const message = `this worker has not loaded ${url} within ${seconds} s: the module waits at its top level for something that does not come on a worker`
      reject(new ClosureError(message))
    }, IMPORT_TIMEOUT_MS)
  })
  try {
    return await Promise.race([import(url) as Promise<object>, timedOut])
  } finally {
    clearTimeout(timer)
  }
}
