import { type EncodedProperties, Flag, PLAIN_PROPERTY } from '../wire/format.ts'
import { functionText, isNativeText } from './function-source.ts'
import type { MutableNode, TableBuilder, ValueEncoder } from './table-builder.ts'
import { member, type Trail } from './trail.ts'

/** Writes properties with all that their descriptors say. */
export class PropertyEncoder {
  readonly #table: TableBuilder
  readonly #values: ValueEncoder

  constructor(table: TableBuilder, values: ValueEncoder) {
    this.#table = table
    this.#values = values
  }

  /** Writes the own properties that `isOwned` does not say to be the kind's own, and whether the object is frozen. */
  fill(object: object, node: MutableNode, trail: Trail | undefined, isOwned: (key: string | symbol) => boolean): void {
    const keys = Reflect.ownKeys(object).filter((key) => !isOwned(key))
    if (keys.length > 0) node.properties = this.encode(object, keys, trail)
    this.integrity(object, node)
  }

  encode(object: object, keys: readonly (string | symbol)[], trail: Trail | undefined): EncodedProperties {
    const properties: EncodedProperties = []
    for (const key of keys) {
      const descriptor = encodableDescriptor(object, key)
      const path = member(trail, key)
      const encodedKey = typeof key === 'symbol' ? this.#values.encode(key, path) : key
      for (const part of [descriptor.value, descriptor.get, descriptor.set] as unknown[]) {
        if (typeof part === 'function') this.#table.noteHome(part, object)
      }
      if ('value' in descriptor) {
        properties.push(encodedKey, flagsOf(descriptor), this.#values.encode(descriptor.value, path))
      } else {
        const pair = [this.#values.encode(descriptor.get, path), this.#values.encode(descriptor.set, path)] as const
        properties.push(encodedKey, flagsOf(descriptor), pair)
      }
    }
    return properties
  }

  integrity(object: object, node: MutableNode): void {
    if (Object.isExtensible(object)) return
    node.integrity = Object.isFrozen(object) ? 'frozen' : Object.isSealed(object) ? 'sealed' : 'closed'
  }
}

/**
 * The descriptor of an own property. From Node 22 on `stack` is an accessor of V8's own in every error, and in whatever went through
 * `Error.captureStackTrace`: it travels as the text that it gives, as it does from Node 20, where `stack` is a data property.
 */
function encodableDescriptor(object: object, key: string | symbol): PropertyDescriptor {
  const descriptor = Reflect.getOwnPropertyDescriptor(object, key)!
  const { get, enumerable = false, configurable = false } = descriptor
  if (key !== 'stack' || get === undefined || get.name !== '' || !isNativeText(functionText(get))) return descriptor
  return { value: Reflect.get(object, key) as unknown, writable: true, enumerable, configurable }
}

export function isPlainDescriptor(descriptor: PropertyDescriptor): boolean {
  return descriptor.enumerable === true && descriptor.writable === true && descriptor.configurable === true
}

export function flagsOf(descriptor: PropertyDescriptor): number {
  const isPlain = isPlainDescriptor(descriptor)
  if (isPlain) return PLAIN_PROPERTY
  return (
    (descriptor.writable ? Flag.WRITABLE : 0) |
    (descriptor.enumerable ? Flag.ENUMERABLE : 0) |
    (descriptor.configurable ? Flag.CONFIGURABLE : 0) |
    ('value' in descriptor ? 0 : Flag.ACCESSOR)
  )
}
