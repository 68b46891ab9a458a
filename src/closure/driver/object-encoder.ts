import { types } from 'node:util'
import { REFUSE, SHIP } from '../wire/closure-error.ts'
import type { Encoded, Stamp } from '../wire/format.ts'
import { isBuiltinClass } from './builtin-class.ts'
import type { FunctionOracle } from './function-oracle.ts'
import { type FunctionSource, functionSource, functionText } from './function-source.ts'
import { PlainDataCheck } from './plain-data-check.ts'
import { isPlainDescriptor, type PropertyEncoder } from './property-encoder.ts'
import { constructorOf, isPlainPrototype, isStandardPrototype } from './prototypes.ts'
import { builtinReference } from './references.ts'
import { OPAQUE, PROXY, refusalOf, statedRefusal } from './refusals.ts'
import { ownedBy, standardKind } from './standard-kinds.ts'
import type { MutableNode, Pending, TableBuilder, ValueEncoder } from './table-builder.ts'
import { member, type Trail } from './trail.ts'

type Record_ = Record<PropertyKey, unknown>

/** Writes everything that is an object and no function. An object gets its place when it is met, its contents later. */
export class ObjectEncoder {
  readonly #table: TableBuilder
  readonly #values: ValueEncoder
  readonly #properties: PropertyEncoder
  readonly #oracle: FunctionOracle
  readonly #plainData = new PlainDataCheck()

  constructor(table: TableBuilder, values: ValueEncoder, properties: PropertyEncoder, oracle: FunctionOracle) {
    this.#table = table
    this.#values = values
    this.#properties = properties
    this.#oracle = oracle
  }

  encode(object: object, trail: Trail | undefined): Encoded {
    if (this.#plainData.has(object)) return this.#table.place(object, { kind: 'data', value: object })
    if (types.isProxy(object)) throw this.#oracle.fail(trail, object, PROXY)
    const reason = (object as Record_)[REFUSE]
    if (typeof reason === 'string') throw this.#oracle.fail(trail, object, statedRefusal(reason))
    const ship = (object as Record_)[SHIP]
    if (typeof ship === 'function') {
      const { kind, data } = (ship as () => { kind: string; data: unknown }).call(object)
      return this.#table.place(object, { kind: 'shipped', type: kind, data })
    }
    if (Array.isArray(object)) return this.#array(object, trail)
    const prototype: object | null = Object.getPrototypeOf(object)
    if (isPlainPrototype(prototype)) return this.#plain(object, trail)
    if (prototype === null) {
      if (types.isModuleNamespaceObject(object)) return this.#namespace(object, trail)
      const place = this.#table.place(object, { kind: 'object', proto: null, keys: [], values: [] })
      this.#table.objects.push({ value: object, index: place[0], trail })
      return place
    }
    return this.#exotic(object, prototype, trail)
  }

  #namespace(object: object, trail: Trail | undefined): Encoded {
    const module = (object as { default?: unknown }).default
    const known = typeof module === 'object' && module !== null ? builtinReference(module) : undefined
    if (known?.from === 'builtin' && known.path.length === 0) {
      return this.#table.place(object, { kind: 'namespace', module: known.module })
    }
    return this.#plain(object, trail)
  }

  #array(array: unknown[], trail: Trail | undefined): Encoded {
    const isPlain = isStandardPrototype(Object.getPrototypeOf(array), 'Array')
    const values: Encoded[] = []
    const place = this.#table.place(array, { kind: 'array', values })
    const keys = Object.keys(array)
    if (isPlain && keys.length === array.length && Object.isExtensible(array)) {
      this.#table.objects.push({ value: array, index: place[0], trail })
    } else {
      this.#table.nodes[place[0]] = { kind: 'sparse', length: array.length }
      this.#table.objects.push({ value: array, index: place[0], trail })
    }
    return place
  }

  #plain(object: object, trail: Trail | undefined): Encoded {
    const known = builtinReference(object)
    if (known !== undefined) return this.#table.place(object, { kind: 'reference', reference: known })
    const owner = Object.hasOwn(object, 'constructor') ? constructorOf(object) : undefined
    if (owner !== undefined) return this.#prototypeObject(object, owner, trail)
    const place = this.#table.place(object, { kind: 'object', keys: [], values: [] })
    this.#table.objects.push({ value: object, index: place[0], trail })
    return place
  }

  /** Everything that is neither a plain object nor an array: built-in kinds, instances of classes, objects with a prototype of their own. */
  #exotic(object: object, prototype: object, trail: Trail | undefined): Encoded {
    const known = builtinReference(object)
    if (known !== undefined) return this.#table.place(object, { kind: 'reference', reference: known })
    const refusal = refusalOf(object, isBuiltinClass)
    if (refusal !== undefined) throw this.#oracle.fail(trail, object, refusal)
    const owner = constructorOf(object)
    if (owner !== undefined && !types.isModuleNamespaceObject(object)) {
      return this.#prototypeObject(object, owner, trail)
    }
    const standard = standardKind(object)
    const node = (standard === undefined ? { kind: 'object', keys: [], values: [] } : standard.node) as MutableNode
    const place = this.#table.place(object, node)
    if (standard === undefined || !standard.prototypes.some((name) => isStandardPrototype(prototype, name))) {
      if (standard === undefined) this.#checkOpaque(object, trail)
      node.proto = this.#values.encode(prototype, member(trail, '__proto__'))
    }
    this.#table.objects.push({ value: object, index: place[0], trail })
    return place
  }

  /** `Class.prototype` itself, met as a value or as an instance's prototype. */
  #prototypeObject(object: object, owner: object, trail: Trail | undefined): Encoded {
    const place = this.#table.place(object, { kind: 'prototype', of: undefined })
    const of = this.#values.encode(owner, member(trail, 'constructor'))
    this.#table.nodes[place[0]] = { kind: 'prototype', of }
    return place
  }

  /** Refuses an instance of one of Node's own classes whose state is not in its properties. */
  #checkOpaque(object: object, trail: Trail | undefined): void {
    for (let at: object | null = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at)) {
      const owner = constructorOf(at)
      if (owner === undefined || !isBuiltinClass(owner)) continue
      if (owner.name === 'Object' || owner.name === 'EventEmitter') return
      throw this.#oracle.fail(trail, object, OPAQUE)
    }
  }

  fill({ value, index, trail }: Pending<object>): void {
    const node = this.#table.nodes[index]!
    if (node.proto !== undefined && node.proto !== null) this.#fillPrivates(value, node, trail)
    switch (node.kind) {
      case 'object':
        this.#fillObject(value, node, trail)
        return
      case 'array':
        for (let at = 0; at < (value as unknown[]).length; at++) {
          const item = (value as unknown[])[at]
          node.values.push(
            typeof item === 'object' || typeof item === 'function' || typeof item === 'symbol'
              ? this.#values.encode(item, member(trail, String(at)))
              : (item as Encoded),
          )
        }
        return
      case 'sparse':
        this.#properties.fill(value, node, trail, (key) => key === 'length')
        if (!isStandardPrototype(Object.getPrototypeOf(value), 'Array')) {
          node.proto = this.#values.encode(Object.getPrototypeOf(value), member(trail, '__proto__'))
        }
        return
      case 'map': {
        let at = 0
        for (const [key, item] of mapEntries(value)) {
          const name = typeof key === 'string' ? `get(${JSON.stringify(key)})` : `entry ${at}`
          node.entries.push(
            this.#values.encode(key, member(trail, `key ${at}`)),
            this.#values.encode(item, member(trail, name)),
          )
          at++
        }
        break
      }
      case 'set': {
        let at = 0
        for (const item of setValues(value)) node.values.push(this.#values.encode(item, member(trail, `value ${at++}`)))
        break
      }
      case 'view':
        this.#table.nodes[index] = {
          ...node,
          buffer: this.#values.encode((value as Uint8Array).buffer, member(trail, 'buffer')),
        }
        break
      case 'weakmap':
      case 'weakset':
        this.#table.weak.push({ value: value as WeakMap<object, unknown>, index, trail })
        break
      case 'weakref':
        this.#table.nodes[index] = {
          ...node,
          target: this.#values.encode((value as WeakRef<object>).deref(), member(trail, 'deref()')),
        }
        break
      default:
    }
    this.#properties.fill(value, this.#table.nodes[index]!, trail, ownedBy(node.kind))
  }

  #fillObject(object: object, node: MutableNode & { kind: 'object' }, trail: Trail | undefined): void {
    if (types.isModuleNamespaceObject(object)) {
      for (const key of Object.keys(object)) {
        node.keys.push(key)
        node.values.push(this.#values.encode((object as Record_)[key], member(trail, key)))
      }
      return
    }
    const others: (string | symbol)[] = []
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key)!
      if (key === 'callee' && isForbiddenCallee(object, descriptor)) continue
      if (typeof key === 'symbol' || !isPlainDescriptor(descriptor) || key === '__proto__' || others.length > 0) {
        others.push(key)
        continue
      }
      node.keys.push(key)
      const item: unknown = descriptor.value
      if (typeof item === 'function') this.#table.noteHome(item, object)
      node.values.push(
        typeof item === 'object' || typeof item === 'function' || typeof item === 'symbol'
          ? this.#values.encode(item, member(trail, key))
          : (item as Encoded),
      )
    }
    if (others.length > 0) node.properties = this.#properties.encode(object, others, trail)
    this.#properties.integrity(object, node)
  }

  #fillPrivates(object: object, node: MutableNode, trail: Trail | undefined): void {
    const stamps: Stamp[] = []
    const chain: { owner: object; source: FunctionSource }[] = []
    for (let at: object | null = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at)) {
      const owner = constructorOf(at)
      if (owner === undefined || isBuiltinClass(owner)) continue
      const source = functionSource(functionText(owner))
      if (source?.isClass) chain.unshift({ owner, source })
    }
    if (!chain.some(({ source }) => source.hasPrivates)) return
    const values = [...this.#oracle.privates(object)]
    for (const { owner, source } of chain) {
      if (!source.hasPrivates) continue
      this.#checkRestorable(owner, object, trail)
      const encoded: Encoded[] = []
      for (const name of source.privateFields) {
        const at = values.findIndex((entry) => entry.name === name)
        const [found] = at < 0 ? [] : values.splice(at, 1)
        encoded.push(this.#values.encode(found?.value, member(trail, name)))
      }
      stamps.push({ of: this.#values.encode(owner, member(trail, 'constructor')), values: encoded })
    }
    node.stamps = stamps
  }

  #checkRestorable(owner: object, object: object, trail: Trail | undefined): void {
    if (!this.#oracle.isInstalled(owner)) return
    throw this.#oracle.fail(trail, object, {
      what: 'has private members of a package, which cannot be restored',
      hint: 'make it inside the function, or on first use in a module-level `let`',
    })
  }

  /** A weak collection travels with those entries whose keys travel: no other can be asked for where it arrives. */
  fillWeak(): boolean {
    const before = this.#table.nodes.length
    for (const { value, index, trail } of this.#table.weak) {
      const node = this.#table.nodes[index]!
      for (const [key, place] of [...this.#table.places]) {
        if ((typeof key !== 'object' && typeof key !== 'function') || key === null) continue
        if (!value.has(key)) continue
        if (node.kind === 'weakmap') {
          if (node.entries.some((entry, at) => at % 2 === 0 && entry === place)) continue
          node.entries.push(
            place,
            this.#values.encode((value as WeakMap<object, unknown>).get(key), member(trail, 'get()')),
          )
        } else if (node.kind === 'weakset' && !node.values.includes(place)) {
          node.values.push(place)
        }
      }
    }
    return this.#table.nodes.length > before
  }
}

/**
 * In strict code `arguments.callee` is an accessor that always throws. No built-in module exports the accessor's function, and no program can
 * read anything from the property, so the copy has no `callee`.
 */
function isForbiddenCallee(object: object, descriptor: PropertyDescriptor): boolean {
  return descriptor.get !== undefined && types.isArgumentsObject(object)
}

function mapEntries(map: object): IterableIterator<[unknown, unknown]> {
  return Map.prototype.entries.call(map)
}

function setValues(set: object): IterableIterator<unknown> {
  return Set.prototype.values.call(set)
}
