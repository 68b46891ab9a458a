import { keepSignature } from '../../arguments/check-arguments.ts'
import { watched } from '../job-scope.ts'

/** The methods of an RDD that begin jobs and return a promise. */
export const ACTIONS = [
  'aggregate',
  'collect',
  'collectAsMap',
  'collectWithJobGroup',
  'count',
  'countApprox',
  'countApproxDistinct',
  'countByKey',
  'countByKeyApprox',
  'countByValue',
  'countByValueApprox',
  'dependencies',
  'first',
  'fold',
  'foreach',
  'foreachPartition',
  'getPartitioner',
  'histogram',
  'isEmpty',
  'lookup',
  'max',
  'mean',
  'meanApprox',
  'min',
  'partitions',
  'popStdev',
  'popVariance',
  'preferredLocations',
  'reduce',
  'reduceByKeyLocally',
  'sampleStdev',
  'sampleVariance',
  'saveAsObjectFile',
  'saveAsPickleFile',
  'saveAsSequenceFile',
  'saveAsTextFile',
  'stats',
  'stdev',
  'sum',
  'sumApprox',
  'take',
  'takeOrdered',
  'takeSample',
  'toDebugString',
  'top',
  'treeAggregate',
  'treeReduce',
  'unpersist',
  'variance',
] as const

const originals = new WeakMap<object, object>()

/** The method that a watched action calls; any other method itself. For tests that look at how methods are written. */
export function unwatched<M extends object>(method: M): M {
  return (originals.get(method) ?? method) as M
}

type Method = (this: unknown, ...args: unknown[]) => unknown

/**
 * Has a class of RDDs give watched promises from its actions, so that an action that an output operation does not wait for fails its batch and not the
 * process. Done once for the class: the methods stay as they are read.
 */
export function watchActions(prototype: Readonly<Record<(typeof ACTIONS)[number], unknown>>): void {
  for (const name of ACTIONS) {
    const action = prototype[name] as Method
    const value: Method = function (...args) {
      const result = action.apply(this, args)
      return result instanceof Promise ? watched(result) : result
    }
    Object.defineProperty(value, 'name', { value: name })
    Object.defineProperty(value, 'length', { value: action.length })
    keepSignature(action, value)
    originals.set(value, action)
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true, enumerable: false })
  }
}
