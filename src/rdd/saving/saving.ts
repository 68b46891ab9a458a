import type { JobProperties } from '../../engine/engine.ts'
import type { FilePlace } from '../../engine/engine-files.ts'
import { IllegalArgumentException, SparkException, UnsupportedOperationException } from '../../errors.ts'
import { STREAMING_BATCH_TIME } from '../../events/job-events.ts'
import type { Codec } from '../../files/codecs.ts'
import { FileAlreadyExistsException } from '../../files/errors.ts'
import { assertPacks } from '../../files/pack.ts'
import { parsePath } from '../../files/path.ts'
import { VALIDATE_OUTPUT_SPECS } from '../../settings/jobs.ts'
import { read } from '../../settings/read.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { ResultSink } from '../../task/program.ts'
import { packBytes } from '../../task/sequence/block-codecs.ts'
import type { SequenceOptions } from '../../task/sequence/sequence-writer.ts'
import { type WritableName, writableNamed } from '../../task/sequence/writables.ts'
import type { SaveCodec } from '../../task/task-files.ts'
import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'
import { commitDirectory } from './directory-commit.ts'
import { isPartFile } from './part-file.ts'

/** The compression of saved text, or the name of Hadoop's class of it. */
export type CompressionCodec = keyof typeof CODECS

/** Codecs by the names that a user may give. Hadoop's DefaultCodec is zlib's format. */
const CODECS = {
  gzip: 'gzip',
  deflate: 'deflate',
  bzip2: 'bzip2',
  zstd: 'zstd',
  'org.apache.hadoop.io.compress.GzipCodec': 'gzip',
  'org.apache.hadoop.io.compress.DefaultCodec': 'deflate',
  'org.apache.hadoop.io.compress.DeflateCodec': 'deflate',
  'org.apache.hadoop.io.compress.BZip2Codec': 'bzip2',
  'org.apache.hadoop.io.compress.ZStandardCodec': 'zstd',
} as const satisfies Record<string, Codec>

/** How an RDD is saved. */
export interface SaveOptions {
  readonly codec?: CompressionCodec | undefined
  /** The public operation behind it, for the call site. */
  readonly operation?: string
}

/** Writes each record's text as a line, a file per partition. */
export function saveAsTextFile(rdd: RDDCore<unknown>, path: string, options: SaveOptions): Promise<void> {
  const codec = codecOf(options.codec)
  return save(
    rdd,
    path,
    { operation: 'saveAsTextFile', ...options },
    {
      local: (directory) => builtin('savePartitionAsText', directory, codec),
      onCluster: builtin('sendPartitionAsText'),
      compression: codec,
    },
  )
}

/** How pairs are saved as SequenceFiles. */
export interface SequenceFileOptions {
  /** The Writable that keys become, such as `LongWritable`; that of the first key unless given. */
  readonly keyClass?: string
  /** The Writable that values become; that of the first value unless given. */
  readonly valueClass?: string
  /** With a codec: whether many records are packed together, as Spark does, or each value by itself. `BLOCK` unless given. */
  readonly compressionType?: 'BLOCK' | 'RECORD'
}

/** Writes pairs as Hadoop's SequenceFiles, a file per partition. */
export async function saveAsSequenceFile(
  rdd: RDDCore<readonly [unknown, unknown]>,
  path: string,
  codec: CompressionCodec | null,
  { keyClass, valueClass, compressionType = 'BLOCK' }: SequenceFileOptions,
): Promise<void> {
  const operation = 'saveAsSequenceFile'
  const properties = rdd.context.jobProperties(operation)
  const saveCodec = codecOf(codec ?? undefined)
  if (saveCodec !== 'none') packBytes(saveCodec, new Uint8Array(0))
  if (compressionType !== 'BLOCK' && compressionType !== 'RECORD') {
    throw new IllegalArgumentException(
      'ILLEGAL_ARGUMENT',
      `compressionType must be 'BLOCK' or 'RECORD', not ${String(compressionType)}`,
    )
  }
  const given = { keyClass: keyClass && writableNamed(keyClass), valueClass: valueClass && writableNamed(valueClass) }
  const first = given.keyClass && given.valueClass ? null : await writablesOf(rdd, properties)
  const options: SequenceOptions = {
    keyClass: given.keyClass || (first?.[0] ?? 'NullWritable'),
    valueClass: given.valueClass || (first?.[1] ?? 'NullWritable'),
    compression: saveCodec === 'none' ? 'NONE' : compressionType,
    codec: saveCodec,
  }
  return save(
    rdd,
    path,
    { operation, properties },
    {
      local: (directory) => builtin('savePartitionAsSequence', directory, options),
      onCluster: null,
      compression: 'none',
    },
  )
}

type WritablePair = readonly [keyClass: WritableName, valueClass: WritableName]

/** The Writables of the first record, found as `first` finds it: the partitions one after another. */
async function writablesOf(rdd: RDDCore<unknown>, properties: JobProperties): Promise<WritablePair | null> {
  const count = await rdd.getNumPartitions()
  for (let partition = 0; partition < count; partition++) {
    const options = { partitions: [partition], properties }
    const [found] = await runJob<WritablePair | null>(rdd, 'saveAsSequenceFile', builtin('writablesOfFirst'), options)
    if (found) return found
  }
  return null
}

/** Writes the records as they are, for `objectFile`. */
export function saveAsObjectFile(rdd: RDDCore<unknown>, path: string, options: SaveOptions): Promise<void> {
  return save(
    rdd,
    path,
    { operation: 'saveAsObjectFile', ...options },
    {
      local: (directory) => builtin('savePartitionAsRecords', directory),
      onCluster: builtin('sendPartitionAsRecords'),
      compression: 'none',
    },
  )
}

/** How partitions become files. */
interface PartWriters {
  /** Writes to a directory of the workers' own. */
  readonly local: (directory: string) => ResultSink
  /** Sends what the cluster writes; null where only the workers write such files. */
  readonly onCluster: ResultSink | null
  readonly compression: SaveCodec
}

/** Saves to the cluster's file systems, or to the machine's own. */
async function save(
  rdd: RDDCore<unknown>,
  path: string,
  options: SaveOptions & { readonly operation: string; readonly properties?: JobProperties },
  writers: PartWriters,
): Promise<void> {
  const { context } = rdd
  context.assertNotStopped()
  // Taken before anything is awaited: they are those of the call.
  const properties = options.properties ?? context.jobProperties(options.operation)
  // A streaming batch that runs again, after a failure or a restart, writes over what it wrote before.
  const isOfBatch = STREAMING_BATCH_TIME in properties.localProperties
  const refusesExisting = !isOfBatch && read((key) => context.getSetting(key), VALIDATE_OUTPUT_SPECS)
  const save: Save = { rdd, operation: options.operation, properties, refusesExisting, writers }
  const place = await context.files.place(path, `${options.operation} writes to`)
  return place.by === 'workers' ? saveByWorkers(save, place) : saveOnCluster(save, place)
}

interface Save {
  readonly rdd: RDDCore<unknown>
  readonly operation: string
  readonly properties: JobProperties
  readonly refusesExisting: boolean
  readonly writers: PartWriters
}

/** The executors write with Spark's own writer: each partition to a file, moved into the directory when all are there. */
async function saveOnCluster({ rdd, operation, properties, refusesExisting, writers }: Save, place: FilePlace) {
  const { path: output } = place
  if (writers.onCluster === null) {
    throw new UnsupportedOperationException(
      'UNSUPPORTED_OPERATION',
      `${operation} cannot write to ${output}: on sc://, files of the cluster's file systems are written by Spark's own writers, of which none is for these. Save to a path with file:, or with saveAsTextFile.`,
    )
  }
  const there = refusesExisting ? null : await rdd.context.files.list(place)
  // Spark's writer replaces a directory as a whole: what others have put there must not go with it.
  const { path: directory } = parsePath(output)
  const foreign = there?.find(({ path }) => !isPartFile(parsePath(path).path.slice(directory.length + 1)))
  if (foreign !== undefined)
    throw alreadyExists(output, properties, `, and holds ${foreign.path}, which is not of a partition`)
  const job = { directory: output, compression: writers.compression, replaces: !refusesExisting }
  try {
    await runJob(rdd, operation, writers.onCluster, { properties, output: job })
  } catch (error) {
    if (error instanceof SparkException && error.code === 'PATH_ALREADY_EXISTS') throw alreadyExists(output, properties)
    throw error
  }
}

/** The workers write, each partition to a file, with the commit of {@link commitDirectory}: what fails leaves no part file behind. */
async function saveByWorkers(
  { rdd, operation, properties, refusesExisting, writers }: Save,
  { path: output }: FilePlace,
) {
  if (writers.compression !== 'none') assertPacks(writers.compression)
  if (refusesExisting && (await rdd.context.fileSystem(output).exists(output))) throw alreadyExists(output, properties)
  await commitDirectory(output, (target) => runJob<string>(rdd, operation, writers.local(target), { properties }))
}

function alreadyExists(output: string, { callSite }: JobProperties, detail = ''): FileAlreadyExistsException {
  return new FileAlreadyExistsException(
    'FILE_ALREADY_EXISTS',
    `Output directory ${output} already exists${detail}: ${callSite} saves to a directory that it makes itself`,
  )
}

function codecOf(codec: CompressionCodec | undefined): SaveCodec {
  if (codec === undefined) return 'none'
  if (Object.hasOwn(CODECS, codec)) return CODECS[codec]
  throw new IllegalArgumentException(
    'UNKNOWN_COMPRESSION_CODEC',
    `Compression codec ${String(codec)} was not found: text can be saved as it is, or with 'gzip', 'deflate', 'bzip2' or 'zstd'`,
  )
}
