import { aSyncFunction, optional } from '../../arguments/argument.ts'
import { checkArgument } from '../../arguments/check-arguments.ts'
import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import { Duration } from '../../batches/duration.ts'
import type { MaybePromise } from '../../batches/maybe-promise.ts'
import type { DStreamContext } from '../../dstream/dstream.ts'
import { IllegalArgumentException } from '../../errors.ts'
import { isHidden, pathName } from '../../files/path.ts'
import { log } from '../../log.ts'
import { FILE_STREAM_MIN_REMEMBER_DURATION } from '../../settings/streaming.ts'
import { settled } from '../../task/settled.ts'
import { DirectInputDStream } from '../direct-input-dstream.ts'
import { FileSelection, type SelectionState, type WatchedFile } from './file-selection.ts'
import { type FilePositions, FileSource } from './file-source.ts'
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

/** The log warns of so many files that grow, at most: their names are kept, and more lines would say nothing new. */
const MAX_GROWTH_WARNINGS = 10

/** The stream's data in a checkpoint of the format before the ledger. */
interface EarlierFormat {
  readonly initialThreshold: number
  readonly filesByBatch: Readonly<Record<string, FilePositions['files']>>
}

/**
 * The files that newly appear in a directory, or in all directories that a pattern names (Spark's `FileInputDStream`). A file is read
 * once, as it is in the batch after its modification time, so it should be moved into place when it is complete.
 */
export class FileInputDStream<T> extends DirectInputDStream<T, FilePositions> {
  readonly #source: FileSource<T>
  #earlier: SelectionState | null = null

  /** @throws IllegalArgumentException for an empty directory, an unknown scheme or a record length below 1. */
  constructor(context: DStreamContext, directory: string, options: FileStreamOptions = {}, operation = 'fileStream') {
    checkArgument('StreamingContext.fileStream', optional(aSyncFunction('filter')), options.filter)
    const { filter = isNoDotFile, newFilesOnly = true, format = 'text', recordLength = 0 } = options
    if (format === 'binaryRecords' && !(Number.isInteger(recordLength) && recordLength > 0)) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `requirement failed: recordLength must be a whole number of bytes above 0, not ${recordLength}`,
      )
    }
    const { sparkContext, clock, graph } = context
    const batchIntervalMs = graph.batchDuration.milliseconds
    const rememberMs = rememberMsOf(context)
    const source = new FileSource<T>({
      directory: new WatchedDirectory(directory, sparkContext.files),
      selection: new FileSelection({
        // Hadoop's inputs never read names with a leading underscore or dot: nothing here fails because of one.
        filter: (path) => settled(filter(path), `${operation} as its filter`) && !isHidden(path),
        initialThreshold: newFilesOnly ? clock.now() : 0,
        rememberMs,
        batchIntervalMs,
        mayForget: (batchTime) => this.mayForget(batchTime),
        onGrown: warnOfGrownFiles(),
      }),
      clock,
      batchIntervalMs,
      format,
      recordLength,
      newFilesOnly,
      isOfCluster: (path) => sparkContext.files.placeNow(path, 'a file stream reads')?.by === 'cluster',
    })
    super(context, source, operation)
    this.#source = source
    this.remember(new Duration(rememberMs))
  }

  override start(): MaybePromise<void> {
    const inputs = this.context.ledger.inputsOf(this.inputId) as ReadonlyMap<number, FilePositions>
    const newest = [...inputs.values()].at(-1) ?? this.#earlier
    if (newest !== null) this.#source.recall(inputs, newest)
    return super.start()
  }

  override inputsOfEarlierFormat(data: PlainData): Readonly<Record<string, PlainData>> {
    const { initialThreshold, filesByBatch } = data as unknown as Partial<EarlierFormat>
    if (initialThreshold === undefined || filesByBatch === undefined) return {}
    this.#earlier = { initialThreshold, listedAt: null }
    return Object.fromEntries(
      Object.entries(filesByBatch).map(([time, files]): [string, PlainData] => [
        time,
        { initialThreshold, listedAt: Number(time), files },
      ]),
    )
  }
}

/** Warns once of each file that goes on growing after a batch has taken it, and of a limited number of files. */
function warnOfGrownFiles(): (file: WatchedFile, takenLength: number) => void {
  const warned = new Set<string>()
  return ({ path, length }, takenLength) => {
    if (warned.has(path) || warned.size >= MAX_GROWTH_WARNINGS) return
    warned.add(path)
    log(
      'WARN',
      'FileInputDStream',
      `${path} has grown from ${takenLength} to ${length} bytes since a batch took it, and what was added is not read: a file is read once. ` +
        'Move files into the directory when they are complete, or read files that grow with tailStream.',
    )
  }
}

function isNoDotFile(path: string): boolean {
  return !pathName(path).startsWith('.')
}

/** How long files are remembered: whole batches, at least `spark.streaming.fileStream.minRememberDuration`. */
function rememberMsOf({ sparkContext, graph }: DStreamContext): number {
  const atLeast = sparkContext.getConf().readSetting(FILE_STREAM_MIN_REMEMBER_DURATION)
  const batchMs = graph.batchDuration.milliseconds
  return batchMs * Math.ceil(atLeast / batchMs)
}
