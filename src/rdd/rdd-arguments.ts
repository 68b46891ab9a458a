import { types } from 'node:util'
import {
  type Argument,
  aFlag,
  aFunction,
  aNumber,
  anArray,
  anOptionsObject,
  anOrdering,
  anything,
  aPartitionCount,
  argumentOf,
  aSortKey,
  aSyncFunction,
  aText,
  aWholeNumber,
  eitherOf,
  optional,
  orNull,
  restOf,
} from '../arguments/argument.ts'
import type { Signatures } from '../arguments/check-arguments.ts'
import { parseTimeMs } from '../settings/units.ts'
import { Partitioner } from '../task/partitioner.ts'
import { StorageLevel } from '../task/storage-level.ts'
import { PIPE_OPTIONS } from './operations/pipe.ts'
import { RDDCore } from './rdd-core.ts'

const f = aFunction('f')
const syncF = aSyncFunction('f')
const isNumber = (value: unknown) => typeof value === 'number'

/** An RDD. Its name is that of the parameter. */
export function anRDD(name: string): Argument {
  return argumentOf(name, 'an RDD', isRDD, (value) =>
    Array.isArray(value) ? 'sc.parallelize(array) makes an RDD of an array.' : undefined,
  )
}

export function isRDD(value: unknown): boolean {
  return value instanceof RDDCore
}

/** States of keys: an RDD or an array of pairs. */
export function aState(name: string): Argument {
  const accepts = (value: unknown) => isRDD(value) || Array.isArray(value)
  return argumentOf(name, 'an RDD of pairs, or an array of pairs', accepts)
}

/** A number of hash partitions, or a partitioner. */
export function aPartitioner(name = 'numPartitions'): Argument {
  const accepts = (value: unknown) =>
    Number.isInteger(value) ||
    (value instanceof Partitioner && !types.isAsyncFunction(value.getPartition) && !types.isAsyncFunction(value.equals))
  return argumentOf(name, 'a whole number of partitions or a Partitioner', accepts, (value) =>
    value instanceof Partitioner
      ? 'Its methods getPartition and equals must not be async.'
      : aPartitionCount().advice(value),
  )
}

export function aStorageLevel(name = 'level'): Argument {
  return argumentOf(
    name,
    'a StorageLevel, for instance StorageLevel.MEMORY_ONLY,',
    (value) => value instanceof StorageLevel,
  )
}

/** A time in milliseconds, or a text with a unit. */
export function aTimeMs(name = 'timeoutMs'): Argument {
  const isTime = (value: unknown) =>
    (typeof value === 'number' && !Number.isNaN(value)) ||
    (typeof value === 'string' && /[a-z]/i.test(value) && parseTimeMs(value) !== undefined)
  return argumentOf(name, "a number of milliseconds, or a text with a unit such as '10s',", isTime, (value) =>
    typeof value === 'string' ? aNumber(name).advice(value) : undefined,
  )
}

/** The rule for one to three RDDs that further arguments may follow. */
function rddsThen(...further: readonly Argument[]) {
  return (args: readonly unknown[]): readonly Argument[] => {
    const firstOther = args.findIndex((arg) => !isRDD(arg))
    const count = firstOther === -1 ? args.length : firstOther
    return [...Array.from({ length: Math.min(Math.max(count, 1), 3) }, () => anRDD('other')), ...further]
  }
}

const otherAndPartitions = [anRDD('other'), optional(aPartitioner())]
const sampling = [aFlag('withReplacement'), aNumber('fraction'), optional(aNumber('seed'))]
const fractions = argumentOf(
  'fractions',
  'a Map, or an object, from keys to numbers',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    (value instanceof Map ? [...value.values()] : Object.values(value)).every(isNumber),
)
const samplingByKey = [aFlag('withReplacement'), fractions, optional(aNumber('seed'))]
const approximately = [aTimeMs(), optional(aNumber('confidence'))]
const zeroAndMerge = [anything('zero'), syncF]
const zeroAndMerges = [anything('zero'), aSyncFunction('seqOp'), aSyncFunction('combOp')]
const partitionFunction = [f, optional(aFlag('preservesPartitioning'))]
const coalescer = argumentOf(
  'partitionCoalescer',
  'an object with the method coalesce(maxPartitions, parent)',
  (value) => typeof Object(value).coalesce === 'function',
)
const partition = argumentOf(
  'partition',
  'one of await rdd.partitions()',
  (value) => typeof Object(value).index === 'number',
)
const optionalOrdering = optional(anOrdering('ordering'))

/** The rules for the arguments of an RDD's methods that return at once. */
export const RDD_METHODS: Signatures = {
  setName: [aText('name')],
  persist: [optional(aStorageLevel())],
  map: [syncF],
  flatMap: [syncF],
  filter: [syncF],
  mapPartitions: partitionFunction,
  mapPartitionsWithIndex: partitionFunction,
  keyBy: [syncF],
  union: [anRDD('other')],
  coalesce: [aPartitionCount(), optional(aFlag('shuffle')), optional(coalescer)],
  cartesian: [anRDD('other')],
  pipe: [
    eitherOf(
      aText('command'),
      anArray('command', 'strings', (word) => typeof word === 'string'),
    ),
    optional(
      anOptionsObject(
        'options',
        PIPE_OPTIONS,
        "Variables of the environment go into env: pipe(command, { env: { FOO: 'x' } }).",
      ),
    ),
  ],
  sample: sampling,
  randomSplit: [anArray('weights', 'numbers', isNumber), optional(aNumber('seed'))],
  zip: [anRDD('other')],
  zipPartitions: rddsThen(f, optional(aFlag('preservesPartitioning'))),
  repartition: [aPartitionCount()],
  distinct: [optional(aPartitionCount())],
  intersection: otherAndPartitions,
  subtract: otherAndPartitions,
  groupBy: [syncF, optional(aPartitioner())],
  sortBy: [aSortKey('f'), optional(aFlag('ascending')), optional(aPartitionCount()), optionalOrdering],
  mapValues: [syncF],
  flatMapValues: [syncF],
  reduceByKey: [syncF, optional(aPartitioner())],
  groupByKey: [optional(aPartitioner())],
  combineByKey: [
    aSyncFunction('createCombiner'),
    aSyncFunction('mergeValue'),
    aSyncFunction('mergeCombiners'),
    optional(aPartitioner()),
    optional(aFlag('mapSideCombine')),
  ],
  aggregateByKey: [...zeroAndMerges, optional(aPartitioner())],
  foldByKey: [...zeroAndMerge, optional(aPartitioner())],
  partitionBy: [aPartitioner('partitions'), optional(aSyncFunction('partitionFunc'))],
  sortByKey: [optional(aFlag('ascending')), optional(aPartitionCount()), optionalOrdering],
  repartitionAndSortWithinPartitions: [optional(aPartitioner('partitions')), optionalOrdering],
  filterByRange: [anything('lower'), anything('upper'), optionalOrdering],
  cogroup: rddsThen(optional(aPartitioner())),
  groupWith: [anRDD('other'), restOf(anRDD('other'))],
  join: otherAndPartitions,
  leftOuterJoin: otherAndPartitions,
  rightOuterJoin: otherAndPartitions,
  fullOuterJoin: otherAndPartitions,
  subtractByKey: otherAndPartitions,
  sampleByKey: samplingByKey,
  sampleByKeyExact: samplingByKey,
  countApproxDistinctByKey: (args) =>
    args.length > 2
      ? [aWholeNumber('p'), aWholeNumber('sp'), aPartitioner('partitioner')]
      : [optional(aNumber('relativeSD')), optional(aPartitioner())],
  toLocalIterator: [optional(aFlag('prefetchPartitions'))],
  takeAsync: [aWholeNumber('count')],
  foreachAsync: [f],
  foreachPartitionAsync: [f],
}

/** The rules for the arguments of an RDD's methods that return promises. */
export const RDD_ACTIONS: Signatures = {
  unpersist: [optional(aFlag('blocking'))],
  collectWithJobGroup: [aText('groupId'), aText('description')],
  take: [aWholeNumber('count')],
  foreach: [f],
  foreachPartition: [f],
  reduce: [syncF],
  treeReduce: [syncF, optional(aWholeNumber('depth'))],
  fold: zeroAndMerge,
  aggregate: zeroAndMerges,
  treeAggregate: [...zeroAndMerges, optional(aWholeNumber('depth'))],
  max: [optionalOrdering],
  min: [optionalOrdering],
  top: [aWholeNumber('count'), optionalOrdering],
  takeOrdered: [aWholeNumber('count'), optionalOrdering],
  takeSample: [aFlag('withReplacement'), aWholeNumber('count'), optional(aNumber('seed'))],
  preferredLocations: [partition],
  countApproxDistinct: ([, sp]) =>
    sp === undefined ? [optional(aNumber('relativeSD'))] : [aWholeNumber('p'), aWholeNumber('sp')],
  countApprox: approximately,
  countByValueApprox: approximately,
  countByKeyApprox: approximately,
  lookup: [anything('key')],
  reduceByKeyLocally: [syncF],
  histogram: (args) =>
    Array.isArray(args[0])
      ? [anArray('bounds', 'numbers', isNumber), optional(aFlag('evenBuckets'))]
      : [eitherOf(aWholeNumber('bucketCount'), anArray('bounds', 'numbers', isNumber))],
  sumApprox: approximately,
  meanApprox: approximately,
  saveAsTextFile: [aText('path'), optional(aText('codec'))],
  saveAsObjectFile: [aText('path')],
  saveAsPickleFile: [aText('path')],
  saveAsSequenceFile: [
    aText('path'),
    optional(orNull(aText('codec'))),
    optional(anOptionsObject('options', ['keyClass', 'valueClass', 'compressionType'])),
  ],
}
