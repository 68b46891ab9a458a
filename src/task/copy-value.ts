import { PRIVATE, RecordNotSerializableError } from './codec/errors.ts'
import { privateMemberOf } from './codec/private-members.ts'

/**
 * A deep copy with the classes of instances kept: what a zero value becomes before a fold may change it in place. What has no parts of
 * its own (functions, buffers of other threads) stays shared.
 */
export function copyValue<T>(value: T): T {
  return isPrimitive(value) ? value : (copyObject(value as object, new Map()) as T)
}

/** Whether nothing can change the value in place. */
export function isPrimitive(value: unknown): boolean {
  return (typeof value !== 'object' && typeof value !== 'function') || value === null
}

function copyPart(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return value
  return copies.get(value) ?? copyObject(value, copies)
}

function copyObject(value: object, copies: Map<object, object>): object {
  if (typeof value === 'function') return value
  if (Array.isArray(value)) {
    const copy: unknown[] = new Array(value.length)
    copies.set(value, copy)
    for (let i = 0; i < value.length; i++) if (i in value) copy[i] = copyPart(value[i], copies)
    return copy
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>()
    copies.set(value, copy)
    for (const [key, item] of value) copy.set(copyPart(key, copies), copyPart(item, copies))
    return withPrototypeOf(value, copy, copies)
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>()
    copies.set(value, copy)
    for (const item of value) copy.add(copyPart(item, copies))
    return withPrototypeOf(value, copy, copies)
  }
  const member = privateMemberOf(value)
  if (member !== undefined) throw new RecordNotSerializableError('the zero value', uncopied(value, member))
  if (isCloneable(value)) return withPrototypeOf(value, structuredClone(value), copies)
  return withPrototypeOf(value, {}, copies)
}

function uncopied(value: object, member: string): string {
  return `an instance of ${value.constructor.name}, whose ${member} ${PRIVATE}`
}

function isCloneable(value: object): boolean {
  return value instanceof Date || value instanceof RegExp || value instanceof ArrayBuffer || ArrayBuffer.isView(value)
}

function withPrototypeOf(value: object, copy: object, copies: Map<object, object>): object {
  copies.set(value, copy)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (Object.getPrototypeOf(copy) !== prototype) Object.setPrototypeOf(copy, prototype as object | null)
  if (ArrayBuffer.isView(value)) return copy
  for (const name of Object.keys(value)) {
    ;(copy as Record<string, unknown>)[name] = copyPart((value as Record<string, unknown>)[name], copies)
  }
  return copy
}
