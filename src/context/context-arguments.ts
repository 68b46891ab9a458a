import {
  type Argument,
  aFlag,
  aFunction,
  aNumber,
  anArray,
  anIterable,
  anObject,
  anything,
  aPartitionCount,
  argumentOf,
  aText,
  aWholeNumber,
  optional,
  orNull,
  restOf,
} from '../arguments/argument.ts'
import type { Signature, Signatures } from '../arguments/check-arguments.ts'
import { anRDD, isRDD } from '../rdd/rdd-arguments.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import { AccumulatorV2 } from '../shared-variables/accumulator-v2.ts'

/** A SparkConf. */
export function aConf(name = 'conf'): Argument {
  return argumentOf(name, 'a SparkConf', (value) => value instanceof SparkConf)
}

const numSlices = optional(aPartitionCount('numSlices'))
const minPartitions = optional(aPartitionCount('minPartitions'))
const filesAndPartitions = [aText('path'), minPartitions]
const accumulatorName = [optional(aText('name'))]
const parallelized = [anIterable('values'), numSlices]
const reason = optional(aText('reason'))
const tag = argumentOf('tag', 'a string', (value) => typeof value === 'string' || value === null || value === undefined)
const listener = [anObject('listener', 'an object with the methods of a SparkListener')]
const param = argumentOf('param', 'an object with the methods zero and addInPlace', (value) => {
  const { zero, addInPlace } = Object(value) as Readonly<Record<string, unknown>>
  return typeof zero === 'function' && typeof addInPlace === 'function'
})

const evaluator = argumentOf('evaluator', 'an object with the methods merge and currentResult', (value) => {
  const { merge, currentResult } = Object(value) as Readonly<Record<string, unknown>>
  return typeof merge === 'function' && typeof currentResult === 'function'
})

/** What the constructor of a SparkContext takes. */
export const CONTEXT_ARGUMENTS: Signature = ([first]) =>
  typeof first === 'string' ? [aText('master'), optional(aText('appName')), optional(aConf())] : [optional(aConf())]

/** What the methods of a SparkContext that answer at once take. */
export const CONTEXT_METHODS: Signatures = {
  parallelize: parallelized,
  makeRDD: parallelized,
  range: [aNumber('start'), optional(aNumber('end')), optional(aNumber('step')), numSlices],
  union: ([first]) => (Array.isArray(first) ? [anArray('rdds', 'RDDs', isRDD)] : [restOf(anRDD('rdds'))]),
  textFile: filesAndPartitions,
  wholeTextFiles: filesAndPartitions,
  binaryFiles: filesAndPartitions,
  binaryRecords: [aText('path'), aWholeNumber('recordLength')],
  objectFile: [aText('path')],
  pickleFile: [aText('path')],
  sequenceFile: ([, second]) =>
    typeof second === 'string'
      ? [aText('path'), aText('keyClass'), aText('valueClass'), minPartitions]
      : filesAndPartitions,
  broadcast: [anything('value')],
  longAccumulator: accumulatorName,
  doubleAccumulator: accumulatorName,
  collectionAccumulator: accumulatorName,
  register: [
    argumentOf('accumulator', 'an instance of AccumulatorV2', (value) => value instanceof AccumulatorV2),
    optional(aText('name')),
  ],
  accumulator: (args) => (args[1] === undefined ? [aNumber('initial')] : [anything('initial'), param]),
  setJobGroup: [aText('groupId'), aText('description'), optional(aFlag('interruptOnCancel'))],
  setJobDescription: [orNull(aText('description'))],
  cancelJobGroup: [aText('groupId'), reason],
  cancelJobGroupAndFutureJobs: [aText('groupId'), reason],
  cancelJob: [aWholeNumber('jobId'), reason],
  cancelStage: [aWholeNumber('stageId'), reason],
  killTaskAttempt: [aWholeNumber('taskId'), optional(aFlag('interruptThread')), reason],
  setInterruptOnCancel: [aFlag('interruptOnCancel')],
  submitJob: [
    anRDD('rdd'),
    aFunction('processPartition'),
    anArray('partitions', 'whole numbers', Number.isInteger),
    aFunction('resultHandler'),
    aFunction('resultFunc'),
  ],
  getPoolForName: [aText('pool')],
  addJar: [aText('path')],
  addArchive: [aText('path')],
  addJobTag: [tag],
  removeJobTag: [tag],
  cancelJobsWithTag: [tag, reason],
  setLocalProperty: [aText('key'), orNull(aText('value'))],
  getLocalProperty: [aText('key')],
  setCallSite: [aText('callSite')],
  setCheckpointDir: [orNull(aText('directory'))],
  setLogLevel: [aText('level')],
  addSparkListener: listener,
  removeSparkListener: listener,
}

/** What the methods of a SparkContext that return promises take. */
export const CONTEXT_ACTIONS: Signatures = {
  addFile: [aText('path'), optional(aFlag('recursive'))],
  runApproximateJob: [anRDD('rdd'), aFunction('fn'), evaluator, aNumber('timeoutMs')],
  // The library itself gives runJob a request of its own kind.
  runJob: (args) =>
    isJobRequest(args)
      ? [anything('request')]
      : [anRDD('rdd'), aFunction('fn'), optional(anArray('partitions', 'whole numbers', Number.isInteger))],
}

function isJobRequest([request, ...others]: readonly unknown[]): boolean {
  return (
    others.length === 0 && typeof request === 'object' && request !== null && 'node' in request && 'sink' in request
  )
}
