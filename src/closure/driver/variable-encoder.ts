import { types } from 'node:util'
import { type Encoded, type EncodedProperties, Flag } from '../wire/format.ts'
import type { FunctionFacts, OuterVariable } from './function-facts.ts'
import type { FunctionOracle } from './function-oracle.ts'
import { functionSource, functionText, isNativeText } from './function-source.ts'
import { builtinReference, isModuleExports } from './references.ts'
import type { MutableNode, TableBuilder, ValueEncoder } from './table-builder.ts'
import { member, type Trail } from './trail.ts'

/** A getter that takes a module's member from another module object, as compilers write it. */
const PASSED_ON = /^(?:\(\)\s*=>|function\s*\(\)\s*\{\s*return)\s*[\w$]+\[[\w$]+\]\s*;?\s*\}?$/
const MAX_HOPS = 10
const LIVE_EXPORT: number = Flag.ENUMERABLE | Flag.CONFIGURABLE | Flag.ACCESSOR

/** Encodes the values of a function's outer variables. Of an imported module, only the exports that the function uses are encoded. */
export class VariableEncoder {
  readonly #table: TableBuilder
  readonly #values: ValueEncoder
  readonly #oracle: FunctionOracle

  constructor(table: TableBuilder, values: ValueEncoder, oracle: FunctionOracle) {
    this.#table = table
    this.#values = values
    this.#oracle = oracle
  }

  /** A variable's value; of a module's namespace only the members that the function uses. */
  encode(outer: OuterVariable, members: ReadonlySet<string> | undefined, facts: FunctionFacts, path: Trail): Encoded {
    const { value, name } = outer
    if (name === 'require' && isRequire(value)) {
      return this.#table.place({}, { kind: 'require', url: facts.position.url })
    }
    if (members === undefined || typeof value !== 'object' || value === null || !isModuleLike(value, name)) {
      const encoded = this.#values.encode(value, path)
      this.#anchorVariable(outer, encoded)
      return encoded
    }
    const known = types.isProxy(value) ? undefined : builtinReference(value)
    if (known !== undefined) return this.#values.encode(value, path)
    const keys: string[] = []
    const values: Encoded[] = []
    const properties: EncodedProperties = []
    for (const key of members) {
      const getter = this.#exportGetter(value, key)
      if (getter !== undefined) {
        properties.push(key, LIVE_EXPORT, [this.#values.encode(getter, member(path, key)), undefined])
      } else if (key in value) {
        keys.push(key)
        values.push(this.#values.encode((value as Record<string, unknown>)[key], member(path, key)))
      }
    }
    const node: MutableNode = { kind: 'object', keys, values }
    if (properties.length > 0) node.properties = properties
    return this.#table.place({}, node)
  }

  /** The object of a module's variable lives as long as a worker, like the module itself. */
  #anchorVariable({ value, moduleVariable }: OuterVariable, encoded: Encoded): void {
    if (moduleVariable === undefined || typeof value !== 'object' || value === null) return
    const [index] = encoded as readonly [number]
    if (!this.#table.anchored.has(index)) this.#table.anchored.set(index, this.#oracle.anchorId(value, moduleVariable))
  }

  /**
   * The function behind an export that compilers write as a getter, `() => counter`, which keeps the export live. A getter that only passes
   * on another module's member (`() => from[key]`) is followed to that member, because capturing the getter would take the whole module along.
   */
  #exportGetter(module: object, key: string): object | undefined {
    let holder = module
    let name = key
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      if (types.isProxy(holder) || types.isModuleNamespaceObject(holder)) return undefined
      const getter = Reflect.getOwnPropertyDescriptor(holder, name)?.get
      const text = getter === undefined ? '' : functionText(getter)
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
}

function isRequire(value: unknown): boolean {
  return typeof value === 'function' && 'resolve' in value
}

/** Whether an object represents a module: the module's namespace, or the object that a compiler or a test runner makes for an import. */
function isModuleLike(value: object, name: string): boolean {
  if (types.isModuleNamespaceObject(value)) return true
  if (/^__vi_import_\d+__$|^__vite_ssr_import_\d+__$|^import_|^_?[\w$]+_\d+$|^exports$/.test(name)) return true
  if (types.isProxy(value)) return false
  return (value as { __esModule?: unknown }).__esModule === true || isModuleExports(value)
}
