import { randomUUID } from 'node:crypto'
import { IllegalArgumentException } from '../errors.ts'
import { FileAlreadyExistsException } from '../io/errors.ts'
import type { SaveCodec } from '../task/partition-functions/saving.ts'
import { builtin } from '../task/partition-functions.ts'
import type { ResultSink } from '../task/program.ts'
import { localDirectory } from './local-directory.ts'
import type { RDD } from './rdd.ts'
import { runJob } from './run-job.ts'

/** The local property that marks the jobs of a streaming batch, by Spark's name; its value is the batch's time in milliseconds. */
export const STREAMING_BATCH_TIME = 'spark.streaming.internal.batchTime'

/** The compression of saved text: `gzip`, or Hadoop's name of it. */
export type CompressionCodec = 'gzip' | 'org.apache.hadoop.io.compress.GzipCodec'

/** How an RDD is saved. */
export interface SaveOptions {
  readonly codec?: CompressionCodec | undefined
  /** The public operation behind it, for the call site. */
  readonly operation?: string
}

/** Writes each record's text as a line, a file per partition. */
export function saveAsTextFile(rdd: RDD<unknown>, path: string, options: SaveOptions): Promise<void> {
  const codec = codecOf(options.codec)
  return save(rdd, path, { operation: 'saveAsTextFile', ...options }, (directory) =>
    builtin('savePartitionAsText', directory, codec),
  )
}

/** Writes the records as they are, for `objectFile`. */
export function saveAsObjectFile(rdd: RDD<unknown>, path: string, options: SaveOptions): Promise<void> {
  return save(rdd, path, { operation: 'saveAsObjectFile', ...options }, (directory) =>
    builtin('savePartitionAsRecords', directory),
  )
}

/**
 * Tasks write below `_temporary`; their files move into the output directory when all are there, and `_SUCCESS` says so. What fails leaves no
 * part file behind.
 */
async function save(
  rdd: RDD<unknown>,
  path: string,
  options: SaveOptions & { readonly operation: string },
  sink: (directory: string) => ResultSink,
): Promise<void> {
  const { context } = rdd
  const { operation } = options
  context.assertNotStopped()
  const properties = context.jobProperties(operation)
  const fileSystem = context.fileSystem(path)
  const output = fileSystem.qualify(path)
  // A streaming batch that runs again, after a failure or a restart, writes over what it wrote before.
  const isOfBatch = STREAMING_BATCH_TIME in properties.localProperties
  const refusesExisting = !isOfBatch && context.getSetting('spark.hadoop.validateOutputSpecs') !== 'false'
  if (refusesExisting && (await fileSystem.exists(output))) {
    throw new FileAlreadyExistsException(
      'FILE_ALREADY_EXISTS',
      `Output directory ${output} already exists: ${properties.callSite} saves to a directory that it makes itself`,
    )
  }
  const temporary = `${output}/_temporary`
  const attempt = `${temporary}/${randomUUID()}`
  const target = localDirectory(context, attempt, operation)
  await fileSystem.mkdirs(attempt)
  try {
    const names = await runJob<string>(rdd, operation, sink(target), { properties })
    for (const name of names) await fileSystem.rename(`${attempt}/${name}`, `${output}/${name}`)
  } finally {
    await fileSystem.delete(temporary, { recursive: true })
  }
  await using success = await fileSystem.create(`${output}/_SUCCESS`)
  await success.commit()
}

function codecOf(codec: CompressionCodec | undefined): SaveCodec {
  if (codec === undefined) return 'none'
  if (codec === 'gzip' || codec === 'org.apache.hadoop.io.compress.GzipCodec') return 'gzip'
  throw new IllegalArgumentException(
    'UNKNOWN_COMPRESSION_CODEC',
    `Compression codec ${String(codec)} was not found: text can be saved as it is, or with 'gzip'`,
  )
}
