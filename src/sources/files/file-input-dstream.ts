import type { PlainData } from '../../batches/checkpoint/checkpoint.ts'
import { describeError } from '../../batches/describe-error.ts'
import { Duration } from '../../batches/duration.ts'
import type { Time } from '../../batches/time.ts'
import type { RecoveredRun } from '../../dstream/checkpoint/recovered-run.ts'
import type { DStreamContext } from '../../dstream/dstream.ts'
import { InputDStream } from '../../dstream/input-dstream.ts'
import type { FileSplit } from '../../engine/lineage.ts'
import { IllegalArgumentException } from '../../errors.ts'
import { isCompressedFile } from '../../files/codecs.ts'
import { clusterSplits, computeSplits } from '../../files/input-splits.ts'
import { isHidden, parsePath, pathName } from '../../files/path.ts'
import { log } from '../../log.ts'
import { RDD } from '../../rdd/rdd.ts'
import { RDDLineage } from '../../rdd/rdd-lineage.ts'
import { parseTimeMs } from '../../settings/conf-units.ts'
import { FileSelection, type WatchedFile } from './file-selection.ts'
import { WatchedDirectory } from './watched-directory.ts'

/** How a watched file's content becomes records. */
export type FileFormat = 'text' | 'wholeText' | 'binary' | 'binaryRecords' | 'records'

/** How a directory is watched. */
export interface FileStreamOptions {
  /** Asked with each file's qualified path; lets all but names with a leading dot pass unless given. */
  readonly filter?: (path: string) => boolean
  /** Whether files that were there when the stream was made are left out; true unless given. */
  readonly newFilesOnly?: boolean
  /**
   * `text` gives lines, `wholeText` and `binary` give [path, content], `binaryRecords` gives bytes of `recordLength`, `records` gives what
   * `saveAsObjectFile` wrote. `text` unless given.
   */
  readonly format?: FileFormat
  /** Bytes of each record of `binaryRecords`. */
  readonly recordLength?: number
}

const DEFAULT_REMEMBER = '60s'
/** Largest piece of a file of fixed-length records, in bytes. */
const BINARY_RECORDS_SPLIT_BYTES = 32 * 1024 * 1024

/**
 * The files that newly appear in a directory, or in all directories that a pattern names (Spark's `FileInputDStream`). A file is read
 * once, as it is in the batch after its modification time, so it should be moved into place when it is complete.
 */
export class FileInputDStream<T> extends InputDStream<T> {
  readonly #directory: WatchedDirectory
  readonly #format: FileFormat
  readonly #recordLength: number
  readonly #rememberMs: number
  readonly #selection: FileSelection
  #recovered: RecoveredRun | null = null

  /** @throws IllegalArgumentException for an empty directory, an unknown scheme or a record length below 1. */
  constructor(context: DStreamContext, directory: string, options: FileStreamOptions = {}, operation = 'fileStream') {
    const { filter = isNoDotFile, newFilesOnly = true, format = 'text', recordLength = 0 } = options
    if (format === 'binaryRecords' && !(Number.isInteger(recordLength) && recordLength > 0)) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `requirement failed: recordLength must be a whole number of bytes above 0, not ${recordLength}`,
      )
    }
    super(context, operation)
    this.#directory = new WatchedDirectory(directory, context.sparkContext.clusterFiles)
    this.#format = format
    this.#recordLength = recordLength
    this.#rememberMs = rememberMs(context)
    this.#selection = new FileSelection({
      // Hadoop's inputs never read names with a leading underscore or dot: nothing here fails because of one.
      filter: (path) => filter(path) && !isHidden(path),
      initialThreshold: newFilesOnly ? context.clock.now() : 0,
      rememberMs: this.#rememberMs,
    })
    this.remember(new Duration(this.#rememberMs))
  }

  override async compute(validTime: Time): Promise<RDD<T>> {
    const startedAt = this.context.clock.now()
    const files = await this.#filesOf(validTime.milliseconds)
    const tookMs = this.context.clock.now() - startedAt
    if (tookMs > this.slideDuration.milliseconds) {
      log(
        'WARN',
        'FileInputDStream',
        `Time taken to find new files ${tookMs} exceeds the batch size. Consider fewer files in ${this.#directory.path}, or a longer batch interval.`,
      )
    }
    const paths = files.map(({ path }) => path)
    this.context.scheduler.inputInfoTracker.reportInfo(validTime, {
      inputStreamId: this.id,
      // Nobody counts the records of a file before it is read.
      numRecords: 0,
      metadata: new Map<string, unknown>([
        ['files', paths],
        ['Description', paths.join('\n')],
      ]),
    })
    return this.#filesRDD(files)
  }

  async #filesOf(batchTime: number): Promise<readonly WatchedFile[]> {
    const selected = this.#selection.filesOf(batchTime)
    if (selected !== undefined) return selected
    // A batch that was completed in an earlier run and then forgotten has no files any more; what lies there now belongs to later ones.
    if (this.#recovered?.runs(batchTime) === false) return []
    const files = await this.#directory.list(this.#selection.thresholdOf(batchTime))
    return this.#selection.select(batchTime, files)
  }

  override clearMetadata(time: Time, isUnpersisting: boolean): void {
    super.clearMetadata(time, isUnpersisting)
    // A batch that failed runs again after a restart, however long ago it was.
    const pending = new Set(this.context.scheduler.getPendingTimes())
    const threshold = time.milliseconds - this.rememberDuration.milliseconds
    this.#selection.forgetBefore(threshold, (batchTime) => pending.has(batchTime))
  }

  override checkpointData(): PlainData {
    return this.#selection.toPlainData()
  }

  override restoreCheckpointData(data: PlainData, run: RecoveredRun): void {
    this.#selection.restore(data)
    this.#recovered = run
  }

  #filesRDD(files: readonly WatchedFile[]): RDD<T> {
    const { sparkContext } = this.context
    const partitions = files.flatMap((file) => this.#readable(file).map((split) => [split]))
    const lineage = RDDLineage.ready(sparkContext, this.operation, {
      kind: 'files',
      className: 'UnionRDD',
      format: this.#format,
      partitions,
      recordLength: this.#recordLength,
      numPartitions: partitions.length,
      partitioner: null,
    })
    return new RDD<T>(sparkContext, lineage)
  }

  /** A file that cannot be read is said and left out: the others of its batch are not lost with it. */
  #readable(file: WatchedFile): FileSplit[] {
    try {
      return this.#splits(file)
    } catch (error) {
      log('WARN', 'FileInputDStream', `Leaving out ${file.path}: ${describeError(error)}`)
      return []
    }
  }

  #splits(file: WatchedFile): FileSplit[] {
    if (this.#format === 'text') {
      const isOnCluster = this.context.sparkContext.clusterFiles !== undefined && parsePath(file.path).scheme !== 'file'
      return isOnCluster ? clusterSplits([file]) : computeSplits([{ ...file, isDirectory: false }], 1)
    }
    // Only text is unpacked: the bytes of a packed file are its content.
    const isCompressed = this.#format === 'wholeText' && isCompressedFile(file.path)
    const whole = { path: file.path, start: 0, length: file.length, isCompressed }
    if (this.#format !== 'binaryRecords') return [whole]
    const size = Math.ceil(BINARY_RECORDS_SPLIT_BYTES / this.#recordLength) * this.#recordLength
    const splits: FileSplit[] = []
    for (let start = 0; start < file.length; start += size) {
      splits.push({ path: file.path, start, length: Math.min(size, file.length - start), isCompressed: false })
    }
    return splits
  }
}

function isNoDotFile(path: string): boolean {
  return !pathName(path).startsWith('.')
}

/** How long files are remembered: whole batches, at least `spark.streaming.fileStream.minRememberDuration`. */
function rememberMs({ sparkContext, graph }: DStreamContext): number {
  const conf = sparkContext.getConf()
  const key = 'spark.streaming.fileStream.minRememberDuration'
  const text = conf.getOption(key) ?? conf.getOption('spark.streaming.minRememberDuration') ?? DEFAULT_REMEMBER
  const batchMs = graph.batchDuration.milliseconds
  return batchMs * Math.ceil(parseTimeMs(key, text, 's') / batchMs)
}
