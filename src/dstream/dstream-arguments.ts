import {
  type Argument,
  aFlag,
  aFunction,
  anything,
  aPartitionCount,
  argumentOf,
  aSyncFunction,
  aText,
  aWholeNumber,
  eitherOf,
  optional,
  orNull,
} from '../arguments/argument.ts'
import type { Signatures } from '../arguments/check-arguments.ts'
import { aDuration } from '../batches/duration.ts'
import { Interval } from '../batches/interval.ts'
import { aTime } from '../batches/time.ts'
import { aPartitioner, aState, aStorageLevel, isRDD } from '../rdd/rdd-arguments.ts'
import { DStreamNode } from './dstream-node.ts'
import { StateSpec } from './state/state-spec.ts'

const f = aFunction('f')
const syncF = aSyncFunction('f')

/** A DStream. Its name is that of the parameter. */
export function aDStream(name: string): Argument {
  return argumentOf(name, 'a DStream', isDStream, (value) =>
    isRDD(value) ? 'An RDD goes with every batch by stream.transform((batch) => batch.join(rdd)).' : undefined,
  )
}

export function isDStream(value: unknown): boolean {
  return value instanceof DStreamNode
}

const spec = argumentOf(
  'spec',
  'a StateSpec',
  (value) => value instanceof StateSpec,
  (value) =>
    typeof value === 'function' ? 'Make one of the function: mapWithState(StateSpec.function(f)).' : undefined,
)
const partitioner = aPartitioner('partitioner')
const partitionFunction = [f, optional(aFlag('preservesPartitioning'))]
const otherAndPartitioner = [aDStream('other'), optional(partitioner)]
const reduceFunc = aSyncFunction('reduceFunc')
const windowDuration = aDuration('windowDuration')
const slideDuration = aDuration('slideDuration')
const invReduceFunc = optional(orNull(aSyncFunction('invReduceFunc')))
const printed = [optional(aWholeNumber('num'))]
const savedAs = [orNull(aText('prefix')), optional(aText('suffix'))]

/** Whether the second argument is an inverse, or stands for none, so that the durations come behind it. */
function hasInverse([, second, third]: readonly unknown[]): boolean {
  return typeof second === 'function' || second === null || (second === undefined && third !== undefined)
}

/** What the methods of a DStream that answer at once take. */
export const DSTREAM_METHODS: Signatures = {
  name: [aText('name')],
  persist: [optional(aStorageLevel())],
  checkpoint: [aDuration('interval')],
  map: [syncF],
  flatMap: [syncF],
  filter: [syncF],
  mapPartitions: partitionFunction,
  mapPartitionsWithIndex: partitionFunction,
  repartition: [aPartitionCount()],
  union: [aDStream('that')],
  reduce: [syncF],
  countByValue: [optional(aPartitionCount())],
  transform: [f],
  transformWith: [aDStream('other'), f],
  groupByKey: [optional(partitioner)],
  reduceByKey: [syncF, optional(partitioner)],
  combineByKey: [
    aSyncFunction('createCombiner'),
    aSyncFunction('mergeValue'),
    aSyncFunction('mergeCombiners'),
    optional(partitioner),
    optional(aFlag('mapSideCombine')),
  ],
  mapValues: [syncF],
  flatMapValues: [syncF],
  partitionBy: [aPartitioner(), optional(aSyncFunction('partitionFunc'))],
  cogroup: otherAndPartitioner,
  join: otherAndPartitioner,
  leftOuterJoin: otherAndPartitioner,
  rightOuterJoin: otherAndPartitioner,
  fullOuterJoin: otherAndPartitioner,
  window: [windowDuration, optional(slideDuration)],
  reduceByWindow: (args) =>
    hasInverse(args)
      ? [reduceFunc, invReduceFunc, windowDuration, slideDuration]
      : [reduceFunc, windowDuration, slideDuration],
  countByWindow: [windowDuration, slideDuration],
  countByValueAndWindow: [windowDuration, slideDuration, optional(partitioner)],
  groupByKeyAndWindow: [windowDuration, optional(slideDuration), optional(partitioner)],
  reduceByKeyAndWindow: (args) =>
    hasInverse(args)
      ? [
          reduceFunc,
          invReduceFunc,
          windowDuration,
          optional(slideDuration),
          optional(partitioner),
          optional(aSyncFunction('filterFunc')),
        ]
      : [reduceFunc, windowDuration, optional(slideDuration), optional(partitioner)],
  mapWithState: [spec],
  updateStateByKey: (args) => {
    const updateFunc = aSyncFunction('updateFunc')
    const initialRDD = optional(aState('initialRDD'))
    if (typeof args[2] === 'boolean') return [updateFunc, partitioner, aFlag('rememberPartitioner'), initialRDD]
    return [updateFunc, optional(partitioner), initialRDD]
  },
  foreachRDD: [f],
  print: printed,
  pprint: printed,
  saveAsTextFiles: savedAs,
  saveAsObjectFiles: savedAs,
}

/** What the methods of a DStream that return promises take. */
export const DSTREAM_ACTIONS: Signatures = {
  slice: (args) =>
    args[0] instanceof Interval ? [anything('interval')] : [eitherOf(aTime('fromTime'), anInterval), aTime('toTime')],
}

const anInterval = argumentOf('interval', 'an Interval', (value) => value instanceof Interval)
