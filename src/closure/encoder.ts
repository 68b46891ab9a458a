import { types } from 'node:util'
import { Anchors } from './anchors.ts'
import { REFUSE, SHIP } from './closure-error.ts'
import { remainingUses, removedFromClass, Special, writeCode } from './code.ts'
import {
  type Binding,
  type Code,
  type Encoded,
  type EncodedProperties,
  Flag,
  type Node,
  type NodeExtras,
  PLAIN_PROPERTY,
  type Stamp,
  type Table,
} from './format.ts'
import { type FunctionFacts, type OuterVariable, positionOf } from './function-facts.ts'
import type { FunctionOracle } from './function-oracle.ts'
import { type FunctionSource, functionSource, isNativeText, textOf } from './function-source.ts'
import { PlainData } from './plain-data.ts'
import { constructorOf, isPlainPrototype, isStandardPrototype } from './prototypes.ts'
import { builtinReference, isModuleExports } from './references.ts'
import { NATIVE_FUNCTION, OPAQUE, refusalOf } from './refusals.ts'
import { ownedBy, standardKind } from './standard-kinds.ts'
import { member, type Trail, variable, within } from './trail.ts'

type MutableNode = Node & NodeExtras

interface Pending<T> {
  readonly value: T
  readonly index: number
  readonly trail: Trail | undefined
}

type Record_ = Record<PropertyKey, unknown>

/** A getter that takes a module's member from another module object, as compilers write it. */
const PASSED_ON = /^(?:\(\)\s*=>|function\s*\(\)\s*\{\s*return)\s*[\w$]+\[[\w$]+\]\s*;?\s*\}?$/
const MAX_HOPS = 10
const LIVE_EXPORT: number = Flag.ENUMERABLE | Flag.CONFIGURABLE | Flag.ACCESSOR

/** Writes one value and all it reaches as a table. */
export class Encoder {
  readonly #oracle: FunctionOracle
  readonly #nodes: MutableNode[] = []
  readonly #codes: Code[] = []
  readonly #codeIndexes = new Map<string, number>()
  readonly #places = new Map<unknown, readonly [number]>()
  readonly #objects: Pending<object>[] = []
  readonly #functions: Pending<object>[] = []
  readonly #weak: Pending<WeakMap<object, unknown> | WeakSet<object>>[] = []

  readonly #plainData = new PlainData()
  readonly #homes = new Map<object, object>()
  /** Nodes whose objects live as long as a worker, and their identities. */
  readonly #anchored = new Map<number, string>()

  constructor(oracle: FunctionOracle) {
    this.#oracle = oracle
  }

  encode(root: unknown, trail?: Trail): Table {
    let encoded: Encoded
    this.#attempt(() => {
      encoded = this.#encode(root, trail)
    })
    this.#drain()
    while (this.#fillWeak()) this.#drain()
    const anchors = new Anchors(this.#nodes, this.#codes, new Set(this.#places.values()))
    for (const [index, id] of this.#anchored) this.#nodes[index]!.anchor = anchors.anchor(index, id)
    return { root: encoded, nodes: this.#nodes, codes: this.#codes }
  }

  #drain(): void {
    while (this.#objects.length > 0 || this.#functions.length > 0) {
      for (let next = this.#objects.pop(); next !== undefined; next = this.#objects.pop()) {
        const pending = next
        this.#attempt(() => this.#fill(pending))
      }
      this.#attempt(() => this.#fillFunctions(this.#functions.splice(0)))
    }
  }

  /** What cannot travel ends the capture, unless it may still turn out to be the value of a shared variable. */
  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!this.#oracle.mayPass(error)) throw error
    }
  }

  #encode(value: unknown, trail: Trail | undefined): Encoded {
    switch (typeof value) {
      case 'object':
        return value === null ? null : (this.#places.get(value) ?? this.#object(value, trail))
      case 'function':
        return this.#places.get(value) ?? this.#function(value, trail)
      case 'symbol':
        return this.#places.get(value) ?? this.#symbol(value)
      default:
        return value as Encoded
    }
  }

  #place(value: unknown, node: Node): readonly [number] {
    const place = [this.#nodes.push(node as MutableNode) - 1] as const
    this.#places.set(value, place)
    return place
  }

  #symbol(symbol: symbol): Encoded {
    const registered = Symbol.keyFor(symbol)
    if (registered !== undefined) return this.#place(symbol, { kind: 'symbol', from: 'registry', key: registered })
    for (const name of Object.getOwnPropertyNames(Symbol)) {
      if ((Symbol as unknown as Record_)[name] === symbol) {
        return this.#place(symbol, { kind: 'symbol', from: 'well-known', key: name })
      }
    }
    const key = this.#oracle.symbolId(symbol)
    const { description } = symbol
    return this.#place(symbol, {
      kind: 'symbol',
      from: 'local',
      key,
      ...(description === undefined ? {} : { description }),
    })
  }

  // Objects

  #object(object: object, trail: Trail | undefined): Encoded {
    if (this.#plainData.has(object)) return this.#place(object, { kind: 'data', value: object })
    if (types.isProxy(object)) throw this.#fail(trail, object)
    const reason = (object as Record_)[REFUSE]
    if (typeof reason === 'string') throw this.#refuse(trail, object, reason)
    const ship = (object as Record_)[SHIP]
    if (typeof ship === 'function') {
      const { kind, data } = (ship as () => { kind: string; data: unknown }).call(object)
      return this.#place(object, { kind: 'shipped', type: kind, data })
    }
    if (Array.isArray(object)) return this.#array(object, trail)
    const prototype: object | null = Object.getPrototypeOf(object)
    if (isPlainPrototype(prototype)) return this.#plain(object, trail)
    if (prototype === null) {
      if (types.isModuleNamespaceObject(object)) return this.#namespace(object, trail)
      const place = this.#place(object, { kind: 'object', proto: null, keys: [], values: [] })
      this.#objects.push({ value: object, index: place[0], trail })
      return place
    }
    return this.#exotic(object, prototype, trail)
  }

  #namespace(object: object, trail: Trail | undefined): Encoded {
    const module = (object as { default?: unknown }).default
    const known = typeof module === 'object' && module !== null ? builtinReference(module) : undefined
    if (known?.from === 'builtin' && known.path.length === 0) {
      return this.#place(object, { kind: 'namespace', module: known.module })
    }
    return this.#plain(object, trail)
  }

  #array(array: unknown[], trail: Trail | undefined): Encoded {
    const isPlain = isStandardPrototype(Object.getPrototypeOf(array), 'Array')
    const values: Encoded[] = []
    const place = this.#place(array, { kind: 'array', values })
    const keys = Object.keys(array)
    if (isPlain && keys.length === array.length && Object.isExtensible(array)) {
      this.#objects.push({ value: array, index: place[0], trail })
    } else {
      this.#nodes[place[0]] = { kind: 'sparse', length: array.length }
      this.#objects.push({ value: array, index: place[0], trail })
    }
    return place
  }

  #plain(object: object, trail: Trail | undefined): Encoded {
    const known = builtinReference(object)
    if (known !== undefined) return this.#place(object, { kind: 'reference', reference: known })
    const owner = Object.hasOwn(object, 'constructor') ? constructorOf(object) : undefined
    if (owner !== undefined) return this.#prototypeObject(object, owner, trail)
    const place = this.#place(object, { kind: 'object', keys: [], values: [] })
    this.#objects.push({ value: object, index: place[0], trail })
    return place
  }

  /** Everything that is neither a plain object nor an array: built-in kinds, instances of classes, objects with a prototype of their own. */
  #exotic(object: object, prototype: object, trail: Trail | undefined): Encoded {
    const known = builtinReference(object)
    if (known !== undefined) return this.#place(object, { kind: 'reference', reference: known })
    const refusal = refusalOf(object, isBuiltinClass)
    if (refusal !== undefined) throw this.#oracle.fail(trail, object, refusal)
    const owner = constructorOf(object)
    if (owner !== undefined && !types.isModuleNamespaceObject(object)) {
      return this.#prototypeObject(object, owner, trail)
    }
    const standard = standardKind(object)
    const node = (standard === undefined ? { kind: 'object', keys: [], values: [] } : standard.node) as MutableNode
    const place = this.#place(object, node)
    if (standard === undefined || !standard.prototypes.some((name) => isStandardPrototype(prototype, name))) {
      if (standard === undefined) this.#checkOpaque(object, trail)
      node.proto = this.#encode(prototype, member(trail, '__proto__'))
    }
    this.#objects.push({ value: object, index: place[0], trail })
    return place
  }

  /** `Class.prototype` itself, met as a value or as an instance's prototype. */
  #prototypeObject(object: object, owner: object, trail: Trail | undefined): Encoded {
    const place = this.#place(object, { kind: 'prototype', of: undefined })
    const of = this.#encode(owner, member(trail, 'constructor'))
    this.#nodes[place[0]] = { kind: 'prototype', of }
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

  #fill({ value, index, trail }: Pending<object>): void {
    const node = this.#nodes[index]!
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
              ? this.#encode(item, member(trail, String(at)))
              : (item as Encoded),
          )
        }
        return
      case 'sparse':
        this.#fillProperties(value, node, trail, (key) => key === 'length')
        if (!isStandardPrototype(Object.getPrototypeOf(value), 'Array')) {
          node.proto = this.#encode(Object.getPrototypeOf(value), member(trail, '__proto__'))
        }
        return
      case 'map': {
        let at = 0
        for (const [key, item] of mapEntries(value)) {
          const name = typeof key === 'string' ? `get(${JSON.stringify(key)})` : `entry ${at}`
          node.entries.push(this.#encode(key, member(trail, `key ${at}`)), this.#encode(item, member(trail, name)))
          at++
        }
        break
      }
      case 'set': {
        let at = 0
        for (const item of setValues(value)) node.values.push(this.#encode(item, member(trail, `value ${at++}`)))
        break
      }
      case 'view':
        this.#nodes[index] = { ...node, buffer: this.#encode((value as Uint8Array).buffer, member(trail, 'buffer')) }
        break
      case 'weakmap':
      case 'weakset':
        this.#weak.push({ value: value as WeakMap<object, unknown>, index, trail })
        break
      case 'weakref':
        this.#nodes[index] = {
          ...node,
          target: this.#encode((value as WeakRef<object>).deref(), member(trail, 'deref()')),
        }
        break
      default:
    }
    this.#fillProperties(value, this.#nodes[index]!, trail, ownedBy(node.kind))
  }

  #fillObject(object: object, node: MutableNode & { kind: 'object' }, trail: Trail | undefined): void {
    if (types.isModuleNamespaceObject(object)) {
      for (const key of Object.keys(object)) {
        node.keys.push(key)
        node.values.push(this.#encode((object as Record_)[key], member(trail, key)))
      }
      return
    }
    const others: (string | symbol)[] = []
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key)!
      if (typeof key === 'symbol' || !isPlainDescriptor(descriptor) || key === '__proto__' || others.length > 0) {
        others.push(key)
        continue
      }
      node.keys.push(key)
      const item: unknown = descriptor.value
      if (typeof item === 'function') this.#noteHome(item, object)
      node.values.push(
        typeof item === 'object' || typeof item === 'function' || typeof item === 'symbol'
          ? this.#encode(item, member(trail, key))
          : (item as Encoded),
      )
    }
    if (others.length > 0) node.properties = this.#properties(object, others, trail)
    this.#integrity(object, node)
  }

  #fillPrivates(object: object, node: MutableNode, trail: Trail | undefined): void {
    const stamps: Stamp[] = []
    const chain: { owner: object; source: FunctionSource }[] = []
    for (let at: object | null = Object.getPrototypeOf(object); at !== null; at = Object.getPrototypeOf(at)) {
      const owner = constructorOf(at)
      if (owner === undefined || isBuiltinClass(owner)) continue
      const source = functionSource(textOf(owner))
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
        encoded.push(this.#encode(found?.value, member(trail, name)))
      }
      stamps.push({ of: this.#encode(owner, member(trail, 'constructor')), values: encoded })
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

  #fillProperties(
    object: object,
    node: MutableNode,
    trail: Trail | undefined,
    isOwned: (key: string | symbol) => boolean,
  ): void {
    const keys = Reflect.ownKeys(object).filter((key) => !isOwned(key))
    if (keys.length > 0) node.properties = this.#properties(object, keys, trail)
    this.#integrity(object, node)
  }

  #properties(object: object, keys: readonly (string | symbol)[], trail: Trail | undefined): EncodedProperties {
    const properties: EncodedProperties = []
    for (const key of keys) {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key)!
      const path = member(trail, key)
      const encodedKey = typeof key === 'symbol' ? this.#encode(key, path) : key
      for (const part of [descriptor.value, descriptor.get, descriptor.set] as unknown[]) {
        if (typeof part === 'function') this.#noteHome(part, object)
      }
      if ('value' in descriptor) {
        properties.push(encodedKey, flagsOf(descriptor), this.#encode(descriptor.value, path))
      } else {
        const pair = [this.#encode(descriptor.get, path), this.#encode(descriptor.set, path)] as const
        properties.push(encodedKey, flagsOf(descriptor), pair)
      }
    }
    return properties
  }

  #integrity(object: object, node: MutableNode): void {
    if (Object.isExtensible(object)) return
    node.integrity = Object.isFrozen(object) ? 'frozen' : Object.isSealed(object) ? 'sealed' : 'closed'
  }

  /** A weak collection travels with those entries whose keys travel: no other can be asked for where it arrives. */
  #fillWeak(): boolean {
    const before = this.#nodes.length
    for (const { value, index, trail } of this.#weak) {
      const node = this.#nodes[index]!
      for (const [key, place] of [...this.#places]) {
        if ((typeof key !== 'object' && typeof key !== 'function') || key === null) continue
        if (!value.has(key)) continue
        if (node.kind === 'weakmap') {
          if (node.entries.some((entry, at) => at % 2 === 0 && entry === place)) continue
          node.entries.push(place, this.#encode((value as WeakMap<object, unknown>).get(key), member(trail, 'get()')))
        } else if (node.kind === 'weakset' && !node.values.includes(place)) {
          node.values.push(place)
        }
      }
    }
    return this.#nodes.length > before
  }

  // Functions

  #function(fn: object, trail: Trail | undefined): Encoded {
    if (types.isProxy(fn)) throw this.#fail(trail, fn)
    const known = builtinReference(fn)
    if (known !== undefined) return this.#place(fn, { kind: 'reference', reference: known })
    const reason = Object.getOwnPropertyDescriptor(fn, REFUSE)?.value as unknown
    if (typeof reason === 'string') throw this.#refuse(trail, fn, reason)
    const place = this.#place(fn, { kind: 'object', keys: [], values: [] })
    this.#functions.push({ value: fn, index: place[0], trail })
    return place
  }

  #fillFunctions(pending: readonly Pending<object>[]): void {
    const ready: (Pending<object> & { source: FunctionSource })[] = []
    for (const item of pending) {
      const text = textOf(item.value)
      if (isNativeText(text)) {
        this.#attempt(() => this.#native(item))
        continue
      }
      const source = functionSource(text)
      if (source === undefined) {
        throw this.#oracle.fail(item.trail, item.value, {
          what: 'has a text that is no JavaScript of this version',
          hint: 'write it without that syntax',
        })
      }
      ready.push({ ...item, source })
    }
    if (ready.length === 0) return
    const facts = this.#oracle.facts(ready.map(({ value, source }) => ({ fn: value, source })))
    for (let index = 0; index < ready.length; index++) {
      this.#attempt(() => this.#fillFunction(ready[index]!, facts[index]!))
    }
  }

  #native({ value, index, trail }: Pending<object>): void {
    const bound = this.#oracle.bound(value)
    if (bound === undefined) throw this.#oracle.fail(trail, value, NATIVE_FUNCTION)
    const node: MutableNode = {
      kind: 'bound',
      target: this.#encode(bound.target, member(trail, 'target')),
      self: this.#encode(bound.self, member(trail, 'this')),
      args: bound.args.map((argument, at) => this.#encode(argument, member(trail, `argument ${at}`))),
    }
    this.#nodes[index] = node
    this.#fillProperties(value, node, trail, (key) => key === 'length' || key === 'name')
  }

  #fillFunction({ value: fn, index, trail }: Pending<object>, facts: FunctionFacts): void {
    const reference = this.#oracle.reference(facts)
    if (reference !== undefined) {
      this.#nodes[index] = reference as MutableNode
      return
    }
    if (isBuiltinUrl(facts.position.url)) throw this.#oracle.fail(trail, fn, NATIVE_FUNCTION)
    const path = within(trail, fn)
    const { source, position } = facts
    const { free } = source
    this.#checkText(facts, path)
    const removed = removedFromClass(source)
    const cells: string[] = []
    const values = new Map<string, Binding>()
    for (const outer of facts.variables) {
      const uses = remainingUses(free.names.get(outer.name)!.uses, source.shift, removed)
      if (uses.length === 0) continue
      const cell = this.#oracle.cell(facts, outer)
      if (cell !== undefined) {
        cells.push(outer.name)
        values.set(outer.name, { kind: 'cell', cell })
        continue
      }
      const members = uses.every((use) => use.member !== undefined && !use.write)
        ? new Set(uses.map((use) => use.member!))
        : undefined
      values.set(outer.name, {
        kind: 'value',
        value: this.#variable(outer, members, facts, variable(path, outer.name)),
      })
    }
    const { code, bindings } = writeCode({
      source,
      constants: [...values.keys()].filter((name) => !cells.includes(name)),
      cells,
      isStrict: this.#oracle.isStrict(facts),
      url: position.url,
      line: position.line,
      column: position.column,
    })
    const bound = bindings.map(
      ({ kind, name }): Binding =>
        kind === 'special' ? { kind: 'value', value: this.#special(name, facts, path) } : values.get(name)!,
    )
    const node = this.#functionNode(fn, facts, this.#codeIndex(code), bound, path)
    this.#nodes[index] = node
    const skip = source.isClass ? classOwned(fn, source) : (key: string | symbol) => FUNCTION_KEYS.has(key)
    this.#fillProperties(fn, node, trail, skip)
    this.#fillName(fn, source, node)
    this.#fillPrototype(fn, source, node, trail)
    if (node.kind === 'class') this.#anchored.set(index, node.id)
  }

  #functionNode(
    fn: object,
    facts: FunctionFacts,
    code: number,
    bindings: readonly Binding[],
    path: Trail,
  ): MutableNode {
    if (facts.source.free.privateNames.size > 0) {
      return { kind: 'function', code, bindings, within: this.#encode(this.#privateOwner(facts, path), path) }
    }
    if (!facts.source.isClass) return { kind: 'function', code, bindings }
    const privates = facts.internals?.privates ?? []
    const statics = facts.source.privateStatics.map((name) =>
      this.#encode(privates.find((entry) => entry.name === name)?.value, member(path, name)),
    )
    return { kind: 'class', code, bindings, id: this.#oracle.classId(fn, facts), statics }
  }

  /** The class around an arrow function that uses its private names: found from `this`. */
  #privateOwner(facts: FunctionFacts, path: Trail): object {
    const names = [...facts.source.free.privateNames]
    let at: unknown = facts.source.free.usesOuterThis ? this.#oracle.outerThis(facts, path) : undefined
    while ((typeof at === 'object' || typeof at === 'function') && at !== null) {
      const owner: object | undefined = typeof at === 'function' ? at : constructorOf(at)
      if (owner !== undefined && textOf(owner).includes(facts.source.text)) return owner
      at = Object.getPrototypeOf(at)
    }
    throw this.#oracle.fail(path, facts.fn, {
      what: `uses the private member #${names[0]} of a class around it`,
      hint: 'read the member into a local `const` outside of the function',
    })
  }

  #checkText({ source, fn }: FunctionFacts, path: Trail): void {
    const { free } = source
    const problem =
      free.privateNames.size > 0 && source.form !== 'expression'
        ? {
            what: `uses the private member #${[...free.privateNames][0]} of its class`,
            hint: 'send an instance or the class, not the method alone',
          }
        : free.privateNames.size > 0 && !source.isArrow
          ? {
              what: `uses the private member #${[...free.privateNames][0]} of a class around it`,
              hint: 'read the member into a local `const` outside the function',
            }
          : free.usesEval
            ? { what: 'calls eval, so that what it uses cannot be known', hint: 'write it without eval' }
            : free.usesSuper && source.form === 'expression' && !source.isClass
              ? { what: 'uses the `super` of the method around it', hint: 'call a method of the object instead' }
              : free.usesOuterNewTarget
                ? {
                    what: 'uses the `new.target` of the code around it',
                    hint: 'read it into a local `const` outside the function',
                  }
                : undefined
    if (problem !== undefined) throw this.#oracle.fail(path, fn, problem)
  }

  /** A variable's value; of a module's namespace only the members that the function uses. */
  #variable(
    outer: OuterVariable,
    members: ReadonlySet<string> | undefined,
    facts: FunctionFacts,
    path: Trail,
  ): Encoded {
    const { value, name } = outer
    if (name === 'require' && isRequire(value)) {
      return this.#place({}, { kind: 'require', url: facts.position.url })
    }
    if (members === undefined || typeof value !== 'object' || value === null || !isModuleLike(value, name)) {
      const encoded = this.#encode(value, path)
      this.#anchorVariable(outer, encoded)
      return encoded
    }
    const known = types.isProxy(value) ? undefined : builtinReference(value)
    if (known !== undefined) return this.#encode(value, path)
    const keys: string[] = []
    const values: Encoded[] = []
    const properties: EncodedProperties = []
    for (const key of members) {
      const getter = this.#exportGetter(value, key)
      if (getter !== undefined) {
        properties.push(key, LIVE_EXPORT, [this.#encode(getter, member(path, key)), undefined])
      } else if (key in value) {
        keys.push(key)
        values.push(this.#encode((value as Record_)[key], member(path, key)))
      }
    }
    const node: MutableNode = { kind: 'object', keys, values }
    if (properties.length > 0) node.properties = properties
    return this.#place({}, node)
  }

  /** The object of a module's variable lives as long as a worker, like the module itself. */
  #anchorVariable({ value, moduleVariable }: OuterVariable, encoded: Encoded): void {
    if (moduleVariable === undefined || typeof value !== 'object' || value === null) return
    const [index] = encoded as readonly [number]
    if (!this.#anchored.has(index)) this.#anchored.set(index, this.#oracle.anchorId(value, moduleVariable))
  }

  /**
   * The function behind an export that compilers write as a getter, `() => counter`, which keeps the export live. A getter that only passes
   * on another module's member (`() => from[key]`) is followed to the one behind it, lest it takes the whole module along.
   */
  #exportGetter(module: object, key: string): object | undefined {
    let holder = module
    let name = key
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      if (types.isProxy(holder) || types.isModuleNamespaceObject(holder)) return undefined
      const getter = Reflect.getOwnPropertyDescriptor(holder, name)?.get
      const text = getter === undefined ? '' : textOf(getter)
      const source = text === '' || isNativeText(text) ? undefined : functionSource(text)
      if (getter === undefined || source === undefined) return undefined
      if (!PASSED_ON.test(text)) return getter
      const { variables } = this.#oracle.facts([{ fn: getter, source }])[0]!
      const next = variables.find((one) => typeof one.value === 'object' && one.value !== null)?.value
      const nextName = variables.find((one) => typeof one.value === 'string')?.value
      if (next === undefined || nextName === undefined) return undefined
      holder = next as object
      name = nextName as string
    }
    return undefined
  }

  #special(name: string, facts: FunctionFacts, path: Trail): Encoded {
    const { position, fn } = facts
    switch (name) {
      case Special.IMPORT_META:
        return this.#place({}, { kind: 'meta', url: position.url })
      case Special.IMPORT:
        return this.#place({}, { kind: 'import', url: position.url })
      case Special.PARENT:
        return this.#parent(fn, path)
      case Special.THIS:
        return this.#encode(this.#oracle.outerThis(facts, path), variable(path, 'this'))
      case Special.HOME:
        return this.#home(fn, path)
      default:
        return null
    }
  }

  /** A method's `super` is the prototype of the object that it was written in: taken to be the first one it is met in. */
  #noteHome(fn: object, holder: object): void {
    if (!this.#homes.has(fn)) this.#homes.set(fn, holder)
  }

  #home(fn: object, path: Trail): Encoded {
    const holder = this.#homes.get(fn)
    if (holder !== undefined) return this.#encode(Object.getPrototypeOf(holder), variable(path, 'super'))
    throw this.#oracle.fail(path, fn, {
      what: 'is a method that uses `super`, without its object',
      hint: 'send the object and call its method',
    })
  }

  #parent(fn: object, path: Trail): Encoded {
    const prototype = (fn as { prototype: object }).prototype
    if (Object.getPrototypeOf(prototype) === null) return null
    return this.#encode(Object.getPrototypeOf(fn), variable(path, 'extends'))
  }

  #codeIndex(code: Code): number {
    const key = `${code.filename}:${code.line}:${code.column}:${code.parameters}:${code.isStrict}:${code.expression}`
    let index = this.#codeIndexes.get(key)
    if (index === undefined) {
      index = this.#codes.push(code) - 1
      this.#codeIndexes.set(key, index)
    }
    return index
  }

  /** A name is sent only when the text would not give the same. */
  #fillName(fn: object, source: FunctionSource, node: MutableNode): void {
    const name = Object.getOwnPropertyDescriptor(fn, 'name')
    if (name === undefined || !('value' in name)) return
    const id = source.form === 'expression' ? (source.node.id as { name: string } | null | undefined) : undefined
    if (name.value === (id?.name ?? '') && source.form === 'expression') return
    if (typeof name.value !== 'string') return
    node.properties = ['name', flagsOf(name), name.value, ...(node.properties ?? [])]
  }

  /** What a class's prototype has beyond its definition, and all that a constructor function's has. */
  #fillPrototype(fn: object, source: FunctionSource, node: MutableNode, trail: Trail | undefined): void {
    const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
    if (typeof prototype !== 'object' || prototype === null) return
    const path = member(trail, 'prototype')
    if (!source.isGenerator && constructorOf(prototype)?.prototype !== prototype) {
      node.properties = [...(node.properties ?? []), ...this.#properties(fn, ['prototype'], trail)]
      return
    }
    const keys = Reflect.ownKeys(prototype).filter(
      (key) => key !== 'constructor' && !isOriginal(prototype, key, source),
    )
    if (keys.length > 0) node.prototypeProperties = this.#properties(prototype, keys, path)
    if (source.isClass || source.isGenerator) return
    const parent: object | null = Object.getPrototypeOf(prototype)
    if (!isPlainPrototype(parent)) node.prototypeParent = this.#encode(parent, member(path, '__proto__'))
  }

  #refuse(trail: Trail | undefined, value: unknown, reason: string): Error {
    const [what, ...hint] = reason.split(/;\s*/)
    return this.#oracle.fail(trail, value, {
      what: what!.replace(/^which /, ''),
      hint: hint.length > 0 ? hint.join('; ') : 'keep it on the driver and send only data to workers',
    })
  }

  #fail(trail: Trail | undefined, value: object): Error {
    const refusal = refusalOf(value, () => false) ?? OPAQUE
    return this.#oracle.fail(trail, value, refusal)
  }
}

/** Also for the classes that Node keeps to itself, such as that of a timer. */
function isBuiltinClass(owner: object): boolean {
  if (isNativeText(textOf(owner)) || builtinReference(owner) !== undefined) return true
  return isBuiltinUrl(positionOf(owner)?.url)
}

function isBuiltinUrl(url: string | undefined): boolean {
  return url?.startsWith('node:') === true
}

const FUNCTION_KEYS: ReadonlySet<string | symbol> = new Set(['length', 'name', 'arguments', 'caller', 'prototype'])

function classOwned(fn: object, source: FunctionSource): (key: string | symbol) => boolean {
  return (key) => key === 'length' || key === 'name' || key === 'prototype' || isOriginal(fn, key, source)
}

/** Whether a member of a class is the one that stands in the class's text. */
function isOriginal(holder: object, key: string | symbol, source: FunctionSource): boolean {
  const descriptor = Reflect.getOwnPropertyDescriptor(holder, key)!
  const parts = 'value' in descriptor ? [descriptor.value as unknown] : [descriptor.get, descriptor.set]
  return parts.every(
    (part) => part === undefined || (typeof part === 'function' && source.methodTexts.has(textOf(part))),
  )
}

function isRequire(value: unknown): boolean {
  return typeof value === 'function' && 'resolve' in value
}

/** Whether an object stands for a module: its namespace, or what a compiler or a test runner makes of an import. */
function isModuleLike(value: object, name: string): boolean {
  if (types.isModuleNamespaceObject(value)) return true
  if (/^__vi_import_\d+__$|^__vite_ssr_import_\d+__$|^import_|^_?[\w$]+_\d+$|^exports$/.test(name)) return true
  if (types.isProxy(value)) return false
  return (value as { __esModule?: unknown }).__esModule === true || isModuleExports(value)
}

function isPlainDescriptor(descriptor: PropertyDescriptor): boolean {
  return descriptor.enumerable === true && descriptor.writable === true && descriptor.configurable === true
}

function flagsOf(descriptor: PropertyDescriptor): number {
  const isPlain = isPlainDescriptor(descriptor)
  if (isPlain) return PLAIN_PROPERTY
  return (
    (descriptor.writable ? Flag.WRITABLE : 0) |
    (descriptor.enumerable ? Flag.ENUMERABLE : 0) |
    (descriptor.configurable ? Flag.CONFIGURABLE : 0) |
    ('value' in descriptor ? 0 : Flag.ACCESSOR)
  )
}

function mapEntries(map: object): IterableIterator<[unknown, unknown]> {
  return Map.prototype.entries.call(map)
}

function setValues(set: object): IterableIterator<unknown> {
  return Set.prototype.values.call(set)
}
