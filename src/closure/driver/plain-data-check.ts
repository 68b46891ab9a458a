import { types } from 'node:util'
import { isPlainPrototype, isStandardPrototype } from './prototypes.ts'

/** Deeper structures are left to the general way, which does not recurse. */
const MAX_DEPTH = 200

/**
 * Finds the objects that `v8.serialize` copies faithfully: plain objects, arrays, maps, sets and dates, all the way down, with ordinary
 * properties only. They are most of what large captured values consist of, and need no nodes of their own.
 */
export class PlainDataCheck {
  readonly #known = new Map<object, boolean>()
  readonly #open = new Map<object, number>()
  /** The outermost unfinished object that what is being looked at leads back to. */
  #lowest = Number.POSITIVE_INFINITY

  has(object: object): boolean {
    this.#lowest = Number.POSITIVE_INFINITY
    return this.#isPlain(object, 0)
  }

  #isPlain(object: object, depth: number): boolean {
    if (types.isProxy(object)) return false
    const known = this.#known.get(object)
    if (known !== undefined) return known
    const open = this.#open.get(object)
    if (open !== undefined) {
      this.#lowest = Math.min(this.#lowest, open)
      return true
    }
    const children = plainParts(object)
    if (children === undefined || (depth >= MAX_DEPTH && children.length > 0)) {
      this.#known.set(object, false)
      return false
    }
    // Most objects are leaves, and need no notes.
    return children.length === 0 || this.#arePlain(object, children, depth)
  }

  #arePlain(object: object, children: readonly object[], depth: number): boolean {
    this.#open.set(object, depth)
    const outer = this.#lowest
    this.#lowest = Number.POSITIVE_INFINITY
    const isPlain = children.every((child) => this.#isPlain(child, depth + 1))
    this.#open.delete(object)
    const lowest = this.#lowest
    // A reference back to an object that is still being checked is plain only if that object turns out plain.
    if (!isPlain || lowest >= depth) this.#known.set(object, isPlain)
    this.#lowest = Math.min(outer, lowest < depth ? lowest : Number.POSITIVE_INFINITY)
    return isPlain
  }
}

const NONE: readonly object[] = []

/** The objects in an object that is ordinary itself; `undefined` when it is not. */
function plainParts(object: object): readonly object[] | undefined {
  if (!Object.isExtensible(object)) return undefined
  const prototype: object | null = Object.getPrototypeOf(object)
  if (isPlainPrototype(prototype)) return propertyParts(object, Reflect.ownKeys(object))
  if (Array.isArray(object)) return isStandardPrototype(prototype, 'Array') ? itemParts(object) : undefined
  if (Reflect.ownKeys(object).length > 0) return undefined
  if (types.isDate(object)) return isStandardPrototype(prototype, 'Date') ? NONE : undefined
  if (types.isMap(object)) {
    return isStandardPrototype(prototype, 'Map')
      ? valueParts([...Map.prototype.entries.call(object)].flat())
      : undefined
  }
  if (types.isSet(object)) {
    return isStandardPrototype(prototype, 'Set') ? valueParts([...Set.prototype.values.call(object)]) : undefined
  }
  return undefined
}

function propertyParts(object: object, keys: readonly (string | symbol)[]): readonly object[] | undefined {
  let parts: object[] | undefined
  for (const key of keys) {
    if (typeof key === 'symbol') return undefined
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key)!
    if (!descriptor.enumerable || !descriptor.writable || !descriptor.configurable) return undefined
    const value: unknown = descriptor.value
    if (typeof value === 'object') {
      if (value === null) continue
      if (parts === undefined) parts = [value]
      else parts.push(value)
    } else if (typeof value === 'function' || typeof value === 'symbol') {
      return undefined
    }
  }
  return parts ?? NONE
}

/** Checks the elements of an array that has no holes and no extra properties. An element that is a getter counts as its value. */
function itemParts(array: readonly unknown[]): readonly object[] | undefined {
  if (Object.keys(array).length !== array.length || Object.getOwnPropertySymbols(array).length > 0) return undefined
  return valueParts(array)
}

function valueParts(values: readonly unknown[]): readonly object[] | undefined {
  let parts: object[] | undefined
  for (const value of values) {
    if (typeof value === 'object') {
      if (value === null) continue
      if (parts === undefined) parts = [value]
      else parts.push(value)
    } else if (typeof value === 'function' || typeof value === 'symbol') {
      return undefined
    }
  }
  return parts ?? NONE
}
