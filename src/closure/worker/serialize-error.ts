import { types } from 'node:util'
import { serialize } from 'node:v8'
import type { SerializedError, SerializedThrown } from '../wire/error-data.ts'

const MAX_DEPTH = 16

/** Makes plain data of what a user's function threw, on the worker. It never throws itself. */
export function serializeError(error: unknown): SerializedError {
  return serializeAt(error, 0)
}

function serializeAt(error: unknown, depth: number): SerializedError {
  if (!isError(error)) {
    return {
      name: 'Error',
      message: `a value that is no Error was thrown: ${spell(error)}`,
      stack: undefined,
      cause: undefined,
      errors: undefined,
      fields: {},
      thrown: [isPlainData(error) ? error : spell(error)],
    }
  }
  const errors = read(error, 'errors')
  return {
    name: nameOf(error),
    message: String(read(error, 'message') ?? ''),
    stack: textOrUndefined(read(error, 'stack')),
    cause:
      Object.hasOwn(error, 'cause') && depth < MAX_DEPTH
        ? [serializeThrown(read(error, 'cause'), depth + 1)]
        : undefined,
    errors:
      Array.isArray(errors) && depth < MAX_DEPTH ? errors.map((one) => serializeThrown(one, depth + 1)) : undefined,
    fields: fieldsOf(error),
    thrown: undefined,
  }
}

function serializeThrown(value: unknown, depth: number): SerializedThrown {
  return isError(value) ? { error: serializeAt(value, depth) } : { value: isPlainData(value) ? value : spell(value) }
}

function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error
}

/** The class's name when the error has none of its own: `class BadRecord extends Error {}` sets no `name`. */
function nameOf(error: Error): string {
  const name = read(error, 'name')
  const className = (error as { constructor?: { name?: unknown } }).constructor?.name
  const isInherited = !Object.hasOwn(error, 'name') && name === 'Error'
  if (isInherited && typeof className === 'string' && className !== '') return className
  return typeof name === 'string' && name !== '' ? name : 'Error'
}

const OWN_FIELDS: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors'])

function fieldsOf(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(error)) {
    if (OWN_FIELDS.has(key)) continue
    const value = read(error, key)
    if (isPlainData(value)) fields[key] = value
  }
  return fields
}

function read(holder: object, key: string): unknown {
  try {
    return (holder as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function textOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isPlainData(value: unknown): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return typeof value !== 'symbol'
  try {
    serialize(value)
    return true
  } catch {
    return false
  }
}

function spell(value: unknown): string {
  try {
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
