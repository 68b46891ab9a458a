import {
  type Argument,
  aFlag,
  aFunction,
  anArray,
  anObject,
  anOptionsObject,
  argumentOf,
  aText,
  aWholeNumber,
  eitherOf,
  keysOf,
  optional,
  orNull,
  restOf,
} from '../arguments/argument.ts'
import type { Signature, Signatures } from '../arguments/check-arguments.ts'
import { aDuration } from '../batches/duration.ts'
import { SparkContext } from '../context/spark-context.ts'
import type { RecoveryOptions } from '../dstream/checkpoint/recovery.ts'
import { aDStream, isDStream } from '../dstream/dstream-arguments.ts'
import { aStorageLevel, isRDD } from '../rdd/rdd-arguments.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import type { FileStreamOptions } from '../sources/files/file-input-dstream.ts'
import { Receiver } from '../sources/receiver/receiver.ts'
import type { RawSocketOptions } from '../sources/socket/socket-input-dstream.ts'
import type { TailStreamOptions } from '../sources/tail/tail-input-dstream.ts'
import type { StopOptions, StreamingContextOptions } from './streaming-context.ts'

const contextOptions = optional(
  anOptionsObject(
    'options',
    keysOf<StreamingContextOptions>({ clock: true, output: true, logsFailures: true, ledgerSegmentSize: true }),
  ),
)
const sparkContext = argumentOf(
  'sparkContext',
  'a SparkContext, a SparkConf or a master URL',
  (value) => value === null || value === undefined || value instanceof SparkContext || value instanceof SparkConf,
)
// A missing interval has an error in Spark's words.
const batchDuration = optional(orNull(aDuration('batchDuration')))

/** The rules for the arguments of StreamingContext's constructor. */
export const STREAMING_CONTEXT_ARGUMENTS: Signature = ([first]) =>
  typeof first === 'string'
    ? [aText('master'), aText('appName'), batchDuration, contextOptions]
    : [sparkContext, batchDuration, contextOptions]

const isBatch = (value: unknown) => isRDD(value) || Array.isArray(value)
const server = [aText('host'), aWholeNumber('port', 'a whole number')]
const level = optional(aStorageLevel())
const listener = [anObject('listener', 'an object with the methods of a StreamingListener')]
const waitOptions = optional(anOptionsObject('options', ['signal']))
const recoveryOptions = optional(
  anOptionsObject('options', keysOf<RecoveryOptions>({ createOnError: true, dropOperators: true })),
)
const rawSocketOptions = optional(anOptionsObject('options', keysOf<RawSocketOptions>({ classes: true })))
const fileStreamOptions = optional(
  anOptionsObject(
    'options',
    keysOf<FileStreamOptions>({ filter: true, newFilesOnly: true, format: true, recordLength: true }),
  ),
)
const tailStreamOptions = optional(
  anOptionsObject(
    'options',
    keysOf<TailStreamOptions>({ from: true, encoding: true, maxBytesPerFile: true, failOnDataLoss: true }),
  ),
)
const stopOptions = anOptionsObject(
  'options',
  keysOf<StopOptions>({ stopSparkContext: true, stopGracefully: true, signal: true }),
)

/** The rules for the arguments of the methods that make input streams. */
export const INPUT_METHODS: Signatures = {
  socketTextStream: [...server, level],
  socketStream: [...server, aFunction('converter'), level],
  rawSocketStream: [...server, level, rawSocketOptions],
  directStream: [aBatchSource('source')],
  receiverStream: [argumentOf('receiver', 'a Receiver', (value) => value instanceof Receiver)],
  textFileStream: [aText('directory')],
  binaryRecordsStream: [aText('directory'), aWholeNumber('recordLength')],
  fileStream: [aText('directory'), fileStreamOptions],
  tailStream: [aText('path'), tailStreamOptions],
  queueStream: [
    anArray('queue', 'batches, each an RDD or an array of records', isBatch),
    optional(aFlag('oneAtATime')),
    optional(orNull(argumentOf('defaultRDD', 'an RDD or an array of records', isBatch))),
  ],
}

/** The rules for the arguments of a StreamingContext's methods that return at once. */
export const STREAMING_CONTEXT_METHODS: Signatures = {
  checkpoint: [orNull(aText('directory'))],
  remember: [aDuration('duration')],
  union: ([first]) =>
    Array.isArray(first) ? [anArray('streams', 'DStreams', isDStream)] : [restOf(aDStream('streams'))],
  transform: [anArray('streams', 'DStreams', isDStream), aFunction('f')],
  addStreamingListener: listener,
  removeStreamingListener: listener,
}

/** The rules for the arguments of a StreamingContext's methods that return promises. */
export const STREAMING_CONTEXT_ACTIONS: Signatures = {
  awaitTermination: [optional(aDuration('timeout')), waitOptions],
  awaitTerminationOrTimeout: [aDuration('timeout'), waitOptions],
  stop: [optional(eitherOf(aFlag('stopSparkContext'), stopOptions)), optional(aFlag('stopGracefully'))],
}

const setup = aFunction('setup')

/** The rules for the arguments of the static methods that make a StreamingContext. */
export const STREAMING_CONTEXT_MAKERS: Signatures = {
  getOrCreate: [aText('checkpointPath'), setup, recoveryOptions],
  getActiveOrCreate: (args) => (args.length < 2 ? [setup] : [orNull(aText('checkpointPath')), setup, recoveryOptions]),
}

function aBatchSource(name: string): Argument {
  return argumentOf(name, 'a BatchSource, an object with the methods open, plan and close,', (value) => {
    const { plan } = Object(value) as Readonly<Record<string, unknown>>
    return typeof plan === 'function'
  })
}
