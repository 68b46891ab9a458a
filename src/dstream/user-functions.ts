import type { MaybePromise } from '../batches/maybe-promise.ts'
import { captureClosures } from '../closure/driver/index.ts'
import { ClosureError } from '../closure/wire/index.ts'
import { StateSpec } from './state/state-spec.ts'

/** Methods whose functions run on workers, batch after batch. Those of `transform` and `foreachRDD` run on the driver. */
const METHODS = [
  'map',
  'flatMap',
  'filter',
  'mapPartitions',
  'mapPartitionsWithIndex',
  'reduce',
  'reduceByKey',
  'combineByKey',
  'mapValues',
  'flatMapValues',
  'partitionBy',
  'reduceByWindow',
  'reduceByKeyAndWindow',
  'mapWithState',
  'updateStateByKey',
] as const

/** A stream as far as its functions go. */
interface MadeStream {
  readonly creationSite: string
  readonly dependencies: readonly MadeStream[]
}

interface UserFunctions {
  readonly method: string
  readonly functions: readonly unknown[]
}

const known = new WeakMap<MadeStream, UserFunctions>()

/** Has these methods of streams note the functions that they are given, by the stream that they return. */
export function noteUserFunctions(prototype: object): void {
  for (const name of METHODS) {
    const method = (prototype as Record<string, (...args: unknown[]) => MadeStream>)[name]!
    const noting = function (this: unknown, ...args: unknown[]): MadeStream {
      const made = method.apply(this, args)
      // What mapWithState returns are outputs; the function belongs to the stream of states that they are read from.
      const stream = name === 'mapWithState' ? made.dependencies[0]! : made
      const functions = args.map(functionOf).filter((fn) => typeof fn === 'function')
      if (functions.length > 0) known.set(stream, { method: name, functions })
      return made
    }
    Object.defineProperty(noting, 'name', { value: name, configurable: true })
    Object.defineProperty(noting, 'length', { value: method.length, configurable: true })
    Object.defineProperty(prototype, name, { value: noting, writable: true, configurable: true })
  }
}

function functionOf(argument: unknown): unknown {
  return argument instanceof StateSpec ? argument.settings.mapping : argument
}

/**
 * Finds out whether the functions of streams can be sent to workers, as every batch would.
 * @throws ClosureError which names the operation and the user's line.
 */
export function checkUserFunctions(streams: Iterable<MadeStream>): MaybePromise<void> {
  const waiting: Promise<unknown>[] = []
  for (const stream of streams) {
    const found = known.get(stream)
    if (found === undefined) continue
    const where = stream.creationSite.replace(/^\S+/, found.method)
    for (const fn of found.functions) {
      try {
        const captured = captureClosures(fn, { where })
        if (captured instanceof Promise) waiting.push(captured.catch((error: unknown) => fail(error, where)))
      } catch (error) {
        fail(error, where)
      }
    }
  }
  return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined)
}

function fail(error: unknown, where: string): never {
  if (error instanceof ClosureError) throw new ClosureError(`${where}: ${error.message}`, { cause: error.cause })
  throw error
}
