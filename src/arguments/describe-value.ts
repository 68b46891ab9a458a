import { types } from 'node:util'

/** Longest text that an error repeats; of a longer one it shows the beginning. */
const MAX_SHOWN_CHARACTERS = 40

/** Classes whose subclasses are the library's own business: errors name these. */
const NAMED_BASES = ['DStream', 'RDD'] as const

/** What a caller gave, in words for an error: `the string '3'`, `an array`, `an RDD`, `an instance of Map`. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'string':
      return `the string '${shortened(value)}'`
    case 'number':
    case 'boolean':
      return `the ${typeof value} ${value}`
    case 'bigint':
      return `the bigint ${value}n`
    case 'symbol':
      return 'a symbol'
    case 'function':
      return describeFunction(value)
    case 'object':
      return value === null ? 'null' : describeObject(value)
  }
}

function shortened(text: string): string {
  return text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}…`
}

function describeFunction(value: object): string {
  const name = 'name' in value ? String(value.name) : ''
  const kind = types.isAsyncFunction(value) ? 'an async function' : 'a function'
  return name === '' ? kind : `${kind}, ${name}`
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return 'an array'
  if (types.isPromise(value)) return 'a Promise'
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || prototype === Object.prototype) return 'a plain object'
  const names = classNames(prototype)
  const base = NAMED_BASES.find((name) => names.includes(name))
  if (base !== undefined) return base === 'RDD' ? 'an RDD' : `a ${base}`
  return `an instance of ${names[0] || 'an unnamed class'}`
}

/** The names of an object's class and of the classes that it extends. */
function classNames(prototype: object): string[] {
  const names: string[] = []
  for (let one: object | null = prototype; one !== null; one = Object.getPrototypeOf(one) as object | null) {
    names.push(one.constructor.name)
  }
  return names
}
