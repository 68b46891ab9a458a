import { functionText, isNativeText } from './function-source.ts'

type Constructor = { readonly name: string; readonly prototype: object }

/** The constructor that an object's prototype names as its own, when the two belong together. */
export function constructorOf(prototype: object): Constructor | undefined {
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof owner !== 'function') return undefined
  const own: unknown = Object.getOwnPropertyDescriptor(owner, 'prototype')?.value
  return own === prototype ? (owner as unknown as Constructor) : undefined
}

/** Whether an object is the prototype of a standard class, in this realm or in the realm of a test runner. */
export function isStandardPrototype(prototype: object | null, name: string): boolean {
  const own = (globalThis as unknown as Record<string, Constructor | undefined>)[name]?.prototype
  if (prototype === own) return true
  if (prototype === null) return false
  const owner = constructorOf(prototype)
  return owner !== undefined && owner.name === name && isNativeText(functionText(owner))
}

/** Whether an object's prototype is `Object.prototype`, of any realm. */
export function isPlainPrototype(prototype: object | null): boolean {
  if (prototype === Object.prototype) return true
  return prototype !== null && Object.getPrototypeOf(prototype) === null && isStandardPrototype(prototype, 'Object')
}

/** The name of an object's class, for messages. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'function') return functionText(value).startsWith('class') ? `class ${value.name}` : 'function'
  if (typeof value !== 'object') return typeof value
  try {
    const prototype: object | null = Object.getPrototypeOf(value)
    if (prototype === null) return 'an object without a prototype'
    const name = (prototype as { constructor?: { name?: unknown } }).constructor?.name
    const text = typeof name === 'string' && name !== '' ? name : 'Object'
    return `${/^[AEIOU]/.test(text) ? 'an' : 'a'} ${text}`
  } catch {
    return 'an object'
  }
}
