import { types } from 'node:util'
import { IllegalArgumentException } from '../errors.ts'
import type { Argument } from './argument.ts'
import { describeValue } from './describe-value.ts'

/** The arguments that a method takes, in their order; a function of what was given where a method has several forms. */
export type Signature = readonly Argument[] | ((args: readonly unknown[]) => readonly Argument[])

/** The signatures of a class's methods by name. */
export type Signatures = Readonly<Record<string, Signature>>

/** What a checked method checks, for the test that calls every public method with wrong arguments. */
const signatures = new WeakMap<object, Signature>()

/** The signature that {@link checkMethods} gave to a method; undefined for a method that checks by itself. */
export function signatureOf(method: object): Signature | undefined {
  return signatures.get(method)
}

/** Gives a function that stands for a checked method the method's signature. */
export function keepSignature(of: object, on: object): void {
  const signature = signatures.get(of)
  if (signature !== undefined) signatures.set(on, signature)
}

/**
 * Has methods of a class check their arguments when they are called, before anything else. A check costs what the call of an operation can
 * afford; methods that are called for each record check by themselves.
 * @param className how errors name the class.
 */
export function checkMethods(owner: { readonly prototype: object }, className: string, methods: Signatures): void {
  replaceMethods(owner.prototype, className, methods, (error) => {
    throw error
  })
}

/** {@link checkMethods} for methods that return promises: a wrong argument rejects the promise. */
export function checkActions(owner: { readonly prototype: object }, className: string, methods: Signatures): void {
  replaceMethods(owner.prototype, className, methods, (error) => Promise.reject(error))
}

function replaceMethods(
  prototype: object,
  className: string,
  methods: Signatures,
  fail: (error: IllegalArgumentException) => unknown,
): void {
  for (const [name, signature] of Object.entries(methods)) {
    const method = (prototype as Record<string, (...args: unknown[]) => unknown>)[name]
    if (method === undefined) throw new TypeError(`${className} has no method ${name}`)
    const where = `${className}.${name}`
    const checked = function (this: unknown, ...args: unknown[]): unknown {
      const error = wrongArgument(where, signature, args)
      if (error === undefined) return method.apply(this, args)
      Error.captureStackTrace(error, checked)
      return fail(error)
    }
    Object.defineProperty(checked, 'name', { value: name, configurable: true })
    Object.defineProperty(checked, 'length', { value: method.length, configurable: true })
    Object.defineProperty(prototype, name, { value: checked, writable: true, configurable: true })
    signatures.set(checked, signature)
  }
}

/**
 * Checks the arguments of a call.
 * @param where the method as errors name it: `RDD.take`.
 * @throws IllegalArgumentException of code WRONG_ARGUMENT or ASYNC_FUNCTION, which names the method and the argument.
 */
export function checkArguments(where: string, signature: Signature, args: readonly unknown[]): void {
  const error = wrongArgument(where, signature, args)
  if (error === undefined) return
  Error.captureStackTrace(error, checkArguments)
  throw error
}

/** Checks one argument. @throws IllegalArgumentException */
export function checkArgument(where: string, argument: Argument, value: unknown): void {
  const error = errorOf(where, argument, value)
  if (error === undefined) return
  Error.captureStackTrace(error, checkArgument)
  throw error
}

function wrongArgument(
  where: string,
  signature: Signature,
  args: readonly unknown[],
): IllegalArgumentException | undefined {
  const expected = typeof signature === 'function' ? signature(args) : signature
  const last = expected.at(-1)
  const count = last?.isRest ? Math.max(expected.length, args.length) : expected.length
  for (let i = 0; i < count; i++) {
    const error = errorOf(where, expected[i] ?? last!, args[i])
    if (error !== undefined) return error
  }
  const surplus = args.findIndex((value, i) => i >= count && value !== undefined)
  return surplus === -1 ? undefined : tooMany(where, expected, args[surplus])
}

function errorOf(where: string, argument: Argument, value: unknown): IllegalArgumentException | undefined {
  if (value === undefined && argument.isOptional) return undefined
  const { name, expects, accepts, mustBeSync, advice } = argument
  if (!accepts(value)) {
    const hint = types.isPromise(value) ? 'Await it first.' : advice(value)
    const message = `${where}: ${name} must be ${expects} but is ${describeValue(value)}.`
    return new IllegalArgumentException('WRONG_ARGUMENT', hint === undefined ? message : `${message} ${hint}`)
  }
  return mustBeSync && types.isAsyncFunction(value) ? asyncFunction(where, name) : undefined
}

function asyncFunction(where: string, name: string): IllegalArgumentException {
  return new IllegalArgumentException(
    'ASYNC_FUNCTION',
    `${where}: ${name} is an async function, which gives a promise where a result is needed at once. ` +
      'Only mapPartitions, foreach, foreachPartition and their kin, foreachRDD and transform wait for promises.',
  )
}

function tooMany(where: string, expected: readonly Argument[], value: unknown): IllegalArgumentException {
  const names = expected.map((argument) => argument.name).join(', ')
  return new IllegalArgumentException(
    'WRONG_ARGUMENT',
    `${where} takes ${names === '' ? 'no arguments' : `no more arguments than ${names}`}, but was also given ${describeValue(value)}.`,
  )
}
