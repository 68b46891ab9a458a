import { types } from 'node:util'

/** The rule for one argument of a public method: its name, the check and the words of the error. */
export interface Argument {
  /** The parameter's name, as the documentation gives it. */
  readonly name: string
  /** The requirement in the words that follow "must be" in an error: `a whole number`. */
  readonly expects: string
  readonly accepts: (value: unknown) => boolean
  /** Whether it may be left out; undefined counts as left out. */
  readonly isOptional: boolean
  /** Whether the rule also applies to all further arguments. */
  readonly isRest: boolean
  /** Whether the argument is a function whose results the library uses at once, so that it must not be async. */
  readonly mustBeSync: boolean
  /** What to write in place of a wrong argument, as a sentence; undefined where there is nothing to say. */
  readonly advice: (value: unknown) => string | undefined
}

/** Matches a text that holds a number, as `process.argv` and `process.env` give numbers. */
const NUMBER_TEXT = /^\s*[+-]?[0-9]+(\.[0-9]+)?\s*$/

/** An argument for which a test decides. @param expects to stand behind "must be": `an RDD`. */
export function argumentOf(
  name: string,
  expects: string,
  accepts: (value: unknown) => boolean,
  advice: (value: unknown) => string | undefined = () => undefined,
): Argument {
  return Object.freeze({ name, expects, accepts, isOptional: false, isRest: false, mustBeSync: false, advice })
}

/** An argument that may be left out. */
export function optional(argument: Argument): Argument {
  return Object.freeze({ ...argument, isOptional: true })
}

/** Any number of arguments of one kind, at the end of a list. */
export function restOf(argument: Argument): Argument {
  return Object.freeze({ ...argument, isOptional: true, isRest: true })
}

/** An argument that may also be null. */
export function orNull(argument: Argument): Argument {
  const accepts = (value: unknown) => value === null || argument.accepts(value)
  return Object.freeze({ ...argument, expects: `${argument.expects}, or null`, accepts })
}

/** An argument of one of several kinds, by the name of the first. */
export function eitherOf(...kinds: readonly [Argument, ...Argument[]]): Argument {
  const expects = kinds.map((kind) => kind.expects).join(', or ')
  const accepts = (value: unknown) => kinds.some((kind) => kind.accepts(value))
  const advice = (value: unknown) => kinds.map((kind) => kind.advice(value)).find((text) => text !== undefined)
  return argumentOf(kinds[0].name, expects, accepts, advice)
}

/** Anything at all: a key, a record, a zero. */
export function anything(name: string): Argument {
  return Object.freeze({ ...argumentOf(name, 'any value', () => true), isOptional: true })
}

/** A function, async or not. */
export function aFunction(name: string, advice?: (value: unknown) => string | undefined): Argument {
  return argumentOf(name, 'a function', isFunction, advice)
}

/** A function whose results are used at once; an async one is refused. */
export function aSyncFunction(name: string, advice?: (value: unknown) => string | undefined): Argument {
  return Object.freeze({ ...aFunction(name, advice), mustBeSync: true })
}

/** A function that tells which of two values comes first. One of a single parameter is a key function, as Python has them, and no ordering. */
export function anOrdering(name: string): Argument {
  const accepts = (value: unknown) => isFunction(value) && (value as { length: number }).length !== 1
  const kind = argumentOf(name, 'an ordering, a function (a, b) => number,', accepts, (value) =>
    isFunction(value)
      ? 'A function of one parameter is a key function: in place of (x) => -x write (a, b) => b - a, and in place of any other key ' +
        'function (x) => key write Ordering.by((x) => key).'
      : undefined,
  )
  return Object.freeze({ ...kind, mustBeSync: true })
}

/** A function that gives a record's sort key. One of two parameters is an ordering, which is another argument. */
export function aSortKey(name: string): Argument {
  const accepts = (value: unknown) => isFunction(value) && (value as { length: number }).length < 2
  const kind = argumentOf(name, "a function that gives a record's key, (value) => key,", accepts, (value) =>
    isFunction(value)
      ? 'A function of two parameters is an ordering: write sortBy((value) => value, true, undefined, (a, b) => …).'
      : undefined,
  )
  return Object.freeze({ ...kind, mustBeSync: true })
}

/** A number, fractions and infinities included. */
export function aNumber(name: string): Argument {
  return argumentOf(name, 'a number', (value) => typeof value === 'number', numberAdvice)
}

/** A whole number. Its range is checked where it is used, in Spark's words. */
export function aWholeNumber(name: string, expects = 'a whole number'): Argument {
  return argumentOf(name, expects, Number.isInteger, numberAdvice)
}

/** A number of partitions. */
export function aPartitionCount(name = 'numPartitions'): Argument {
  return aWholeNumber(name, 'a whole number of partitions')
}

/** A text. */
export function aText(name: string): Argument {
  return argumentOf(name, 'a string', (value) => typeof value === 'string')
}

/** True or false. */
export function aFlag(name: string): Argument {
  return argumentOf(name, 'true or false', (value) => typeof value === 'boolean')
}

/** An array, a Set, a generator and the like. A string is iterable too, and is almost always a mistake. */
export function anIterable(name: string): Argument {
  const accepts = (value: unknown) => typeof value === 'object' && value !== null && Symbol.iterator in value
  return argumentOf(name, 'an array or another iterable', accepts)
}

/** An array of things of one kind. @param what the things, in the plural. */
export function anArray(name: string, what: string, isElement: (element: unknown) => boolean): Argument {
  return argumentOf(name, `an array of ${what}`, (value) => Array.isArray(value) && value.every(isElement))
}

/** The names of an interface's members, which TypeScript keeps complete. */
export function keysOf<T>(keys: Readonly<Record<keyof T, true>>): readonly string[] {
  return Object.keys(keys)
}

/** An object with options, which has no others than those named. @param advice what to write where it has others. */
export function anOptionsObject(name: string, keys: readonly string[], advice?: string): Argument {
  const unknownKeys = (value: object) => Object.keys(value).filter((key) => !keys.includes(key))
  const isObject = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  return argumentOf(
    name,
    `an object of options (${keys.join(', ')})`,
    (value) => isObject(value) && unknownKeys(value).length === 0,
    (value) => {
      if (!isObject(value)) return undefined
      const unknown = `There is no option ${unknownKeys(value).slice(0, 3).join(', ')}.`
      return advice === undefined ? unknown : `${unknown} ${advice}`
    },
  )
}

/** A signal that ends a wait. */
export function anAbortSignal(name = 'signal'): Argument {
  return argumentOf(name, 'an AbortSignal', (value) => value instanceof AbortSignal)
}

/** An object that is not null, of whatever class. @param expects to stand behind "must be". */
export function anObject(name: string, expects: string): Argument {
  return argumentOf(name, expects, (value) => typeof value === 'object' && value !== null && !types.isPromise(value))
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function numberAdvice(value: unknown): string | undefined {
  if (typeof value !== 'string' || !NUMBER_TEXT.test(value)) return undefined
  return 'Text from the command line or the environment becomes a number by Number(text).'
}
