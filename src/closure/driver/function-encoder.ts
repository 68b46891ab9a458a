import { types } from 'node:util'
import { REFUSE } from '../wire/closure-error.ts'
import type { Binding, Encoded } from '../wire/format.ts'
import { isBuiltinUrl } from './builtin-class.ts'
import { remainingUses, removedFromClass, Special, writeCode } from './code.ts'
import type { FunctionFacts } from './function-facts.ts'
import type { FunctionOracle } from './function-oracle.ts'
import { type FunctionSource, functionSource, functionText, isNativeText } from './function-source.ts'
import { flagsOf, type PropertyEncoder } from './property-encoder.ts'
import { constructorOf, isPlainPrototype } from './prototypes.ts'
import { builtinReference } from './references.ts'
import { NATIVE_FUNCTION, PROXY, statedRefusal } from './refusals.ts'
import type { MutableNode, Pending, TableBuilder, ValueEncoder } from './table-builder.ts'
import { member, type Trail, variable, within } from './trail.ts'
import { VariableEncoder } from './variable-encoder.ts'

/** Writes functions and classes: their code, and the values of the names that are free in it. Asks about many at once. */
export class FunctionEncoder {
  readonly #table: TableBuilder
  readonly #values: ValueEncoder
  readonly #properties: PropertyEncoder
  readonly #variables: VariableEncoder
  readonly #oracle: FunctionOracle

  constructor(table: TableBuilder, values: ValueEncoder, properties: PropertyEncoder, oracle: FunctionOracle) {
    this.#table = table
    this.#values = values
    this.#properties = properties
    this.#variables = new VariableEncoder(table, values, oracle)
    this.#oracle = oracle
  }

  encode(fn: object, trail: Trail | undefined): Encoded {
    if (types.isProxy(fn)) throw this.#oracle.fail(trail, fn, PROXY)
    const known = builtinReference(fn)
    if (known !== undefined) return this.#table.place(fn, { kind: 'reference', reference: known })
    const reason = Object.getOwnPropertyDescriptor(fn, REFUSE)?.value as unknown
    if (typeof reason === 'string') throw this.#oracle.fail(trail, fn, statedRefusal(reason))
    const place = this.#table.place(fn, { kind: 'object', keys: [], values: [] })
    this.#table.functions.push({ value: fn, index: place[0], trail })
    return place
  }

  fill(pending: readonly Pending<object>[]): void {
    const ready: (Pending<object> & { source: FunctionSource })[] = []
    for (const item of pending) {
      const text = functionText(item.value)
      if (isNativeText(text)) {
        this.#values.attempt(() => this.#native(item))
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
      this.#values.attempt(() => this.#fillFunction(ready[index]!, facts[index]!))
    }
  }

  #native({ value, index, trail }: Pending<object>): void {
    const bound = this.#oracle.bound(value)
    if (bound === undefined) throw this.#oracle.fail(trail, value, NATIVE_FUNCTION)
    const node: MutableNode = {
      kind: 'bound',
      target: this.#values.encode(bound.target, member(trail, 'target')),
      self: this.#values.encode(bound.self, member(trail, 'this')),
      args: bound.args.map((argument, at) => this.#values.encode(argument, member(trail, `argument ${at}`))),
    }
    this.#table.nodes[index] = node
    this.#properties.fill(value, node, trail, (key) => key === 'length' || key === 'name')
  }

  #fillFunction({ value: fn, index, trail }: Pending<object>, facts: FunctionFacts): void {
    const reference = this.#oracle.reference(facts)
    if (reference !== undefined) {
      this.#table.nodes[index] = reference as MutableNode
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
        value: this.#variables.encode(outer, members, facts, variable(path, outer.name)),
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
    const node = this.#functionNode(fn, facts, this.#table.codeIndex(code), bound, path)
    this.#table.nodes[index] = node
    const skip = source.isClass ? classOwned(fn, source) : (key: string | symbol) => FUNCTION_KEYS.has(key)
    this.#properties.fill(fn, node, trail, skip)
    this.#fillName(fn, source, node)
    this.#fillPrototype(fn, source, node, trail)
    if (node.kind === 'class') this.#table.anchored.set(index, node.id)
  }

  #functionNode(
    fn: object,
    facts: FunctionFacts,
    code: number,
    bindings: readonly Binding[],
    path: Trail,
  ): MutableNode {
    if (facts.source.free.privateNames.size > 0) {
      return { kind: 'function', code, bindings, within: this.#values.encode(this.#privateOwner(facts, path), path) }
    }
    if (!facts.source.isClass) return { kind: 'function', code, bindings }
    const privates = facts.internals?.privates ?? []
    const statics = facts.source.privateStatics.map((name) =>
      this.#values.encode(privates.find((entry) => entry.name === name)?.value, member(path, name)),
    )
    return { kind: 'class', code, bindings, id: this.#oracle.classId(fn, facts), statics }
  }

  /** The class around an arrow function that uses its private names: found from `this`. */
  #privateOwner(facts: FunctionFacts, path: Trail): object {
    const names = [...facts.source.free.privateNames]
    let at: unknown = facts.source.free.usesOuterThis ? this.#oracle.outerThis(facts, path) : undefined
    while ((typeof at === 'object' || typeof at === 'function') && at !== null) {
      const owner: object | undefined = typeof at === 'function' ? at : constructorOf(at)
      if (owner !== undefined && functionText(owner).includes(facts.source.text)) return owner
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

  #special(name: string, facts: FunctionFacts, path: Trail): Encoded {
    const { position, fn } = facts
    switch (name) {
      case Special.IMPORT_META:
        return this.#table.place({}, { kind: 'meta', url: position.url })
      case Special.IMPORT:
        return this.#table.place({}, { kind: 'import', url: position.url })
      case Special.PARENT:
        return this.#parent(fn, path)
      case Special.THIS:
        return this.#values.encode(this.#oracle.outerThis(facts, path), variable(path, 'this'))
      case Special.HOME:
        return this.#home(fn, path)
      default:
        return null
    }
  }

  #home(fn: object, path: Trail): Encoded {
    const holder = this.#table.homeOf(fn)
    if (holder !== undefined) return this.#values.encode(Object.getPrototypeOf(holder), variable(path, 'super'))
    throw this.#oracle.fail(path, fn, {
      what: 'is a method that uses `super`, without its object',
      hint: 'send the object and call its method',
    })
  }

  #parent(fn: object, path: Trail): Encoded {
    const prototype = (fn as { prototype: object }).prototype
    if (Object.getPrototypeOf(prototype) === null) return null
    return this.#values.encode(Object.getPrototypeOf(fn), variable(path, 'extends'))
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

  /** The members that a class's prototype has beyond the class's text; for a constructor function, all members of the prototype. */
  #fillPrototype(fn: object, source: FunctionSource, node: MutableNode, trail: Trail | undefined): void {
    const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
    if (typeof prototype !== 'object' || prototype === null) return
    const path = member(trail, 'prototype')
    if (!source.isGenerator && constructorOf(prototype)?.prototype !== prototype) {
      node.properties = [...(node.properties ?? []), ...this.#properties.encode(fn, ['prototype'], trail)]
      return
    }
    const keys = Reflect.ownKeys(prototype).filter(
      (key) => key !== 'constructor' && !isOriginal(prototype, key, source),
    )
    if (keys.length > 0) node.prototypeProperties = this.#properties.encode(prototype, keys, path)
    if (source.isClass || source.isGenerator) return
    const parent: object | null = Object.getPrototypeOf(prototype)
    if (!isPlainPrototype(parent)) node.prototypeParent = this.#values.encode(parent, member(path, '__proto__'))
  }
}

const FUNCTION_KEYS: ReadonlySet<string | symbol> = new Set(['length', 'name', 'arguments', 'caller', 'prototype'])

function classOwned(fn: object, source: FunctionSource): (key: string | symbol) => boolean {
  return (key) => key === 'length' || key === 'name' || key === 'prototype' || isOriginal(fn, key, source)
}

/** Whether a member of a class is the member that the class's text defines. */
function isOriginal(holder: object, key: string | symbol, source: FunctionSource): boolean {
  const descriptor = Reflect.getOwnPropertyDescriptor(holder, key)!
  const parts = 'value' in descriptor ? [descriptor.value as unknown] : [descriptor.get, descriptor.set]
  return parts.every(
    (part) => part === undefined || (typeof part === 'function' && source.methodTexts.has(functionText(part))),
  )
}
