import type { Clock } from '../../batches/clock.ts'
import { describeError } from '../../batches/describe-error.ts'
import type { Time } from '../../batches/time.ts'
import { assertReadableCodec, isCompressedFile } from '../../files/codecs.ts'
import type { FileSplit } from '../../files/input-splits.ts'
import { clusterSplits, computeSplits } from '../../files/input-splits.ts'
import { isHidden } from '../../files/path.ts'
import { log } from '../../log.ts'
import { FILE_STREAM_MIN_REMEMBER_DURATION } from '../../settings/streaming.ts'
import type { BatchPlan, BatchSource, FilePartition, InputInfo, SourcePartition } from '../batch-source.ts'
import type { FileSelection, SelectionState, WatchedFile } from './file-selection.ts'
import type { WatchedDirectory } from './watched-directory.ts'

/** The files that one batch reads of a watched directory, as a checkpoint keeps them. */
export interface FilePositions extends SelectionState {
  readonly files: readonly (readonly [path: string, length: number, modificationTime: number])[]
  readonly [key: string]: number | null | FilePositions['files']
}

/** The settings of a {@link FileSource}. */
export interface FileSourceOptions {
  readonly directory: WatchedDirectory
  readonly selection: FileSelection
  readonly clock: Clock
  readonly batchIntervalMs: number
  readonly format: FilePartition['format']
  readonly recordLength: number
  /** Whether files that were there before the start are left out whatever their age. */
  readonly newFilesOnly: boolean
  /** Whether a file is read by the engine's cluster, which cuts text by itself. */
  readonly isOfCluster: (path: string) => boolean
}

/** Largest piece of a file of fixed-length records, in bytes. */
const BINARY_RECORDS_SPLIT_BYTES = 32 * 1024 * 1024

/** The files that newly appear in a watched directory: a batch's positions are the files that were selected for it. */
export class FileSource<T> implements BatchSource<T, FilePositions> {
  readonly #options: FileSourceOptions

  constructor(options: FileSourceOptions) {
    this.#options = options
  }

  open(restored: FilePositions | null): void {
    if (restored !== null) this.#options.selection.recall(restored, [])
  }
  /** The files that existed before the first run. They are not new to a later run either. */
  async beginning(): Promise<FilePositions> {
    await this.#tellOfLeftOut()
    return { ...this.#options.selection.state, files: [] }
  }
  close(): void {}

  /** Takes up where an earlier run stood. @param inputs what its batches have read, by batch time, ascending. */
  recall(inputs: ReadonlyMap<number, FilePositions>, newest: SelectionState): void {
    const filesOfBatches = [...inputs].map(([time, { files }]) => [time, files.map(watchedFile)] as const)
    this.#options.selection.recall(newest, filesOfBatches)
  }

  async plan(time: Time): Promise<BatchPlan<T, FilePositions>> {
    const { selection } = this.#options
    const batchTime = time.milliseconds
    const now = this.#options.clock.now()
    const there = await this.#list(selection.thresholdOf(batchTime))
    if (there === null) selection.missed(batchTime)
    const selected = there === null ? [] : selection.select(batchTime, there, now)
    const files = selected.map(({ path, length, modificationTime }) => [path, length, modificationTime] as const)
    const positions = { ...selection.state, files }
    return { positions, partitions: this.#partitions(selected), ...this.describe(positions) }
  }

  replan(_time: Time, { files }: FilePositions): readonly SourcePartition<T>[] {
    return this.#partitions(files.map(watchedFile))
  }

  /** Describes a batch by its files. The number of records is null, because it is not known before the files are read. */
  describe({ files }: FilePositions): { readonly records: null; readonly info: InputInfo } {
    const paths = files.map(([path]) => path)
    return { records: null, info: { files: paths, Description: paths.join('\n') } }
  }

  /** Says in one line how many files are not read as they were there before the start; and that a path is no directory, which is never read. */
  async #tellOfLeftOut(): Promise<void> {
    const { directory, selection, clock, batchIntervalMs, newFilesOnly } = this.#options
    const there = await directory.listAtStart()
    const firstBatch = (Math.floor(clock.now() / batchIntervalMs) + 1) * batchIntervalMs
    const leftOut = selection.leftOut(firstBatch, there).filter(({ path }) => !isHidden(path))
    if (leftOut.length === 0) return
    const what = leftOut.length === 1 ? '1 file' : `${leftOut.length} files`
    const how = newFilesOnly
      ? 'were there before the start; fileStream(directory, { newFilesOnly: false }) reads those of the last while, and sc.textFile reads all'
      : `were modified too long before the start (${FILE_STREAM_MIN_REMEMBER_DURATION.key})`
    log('WARN', 'FileInputDStream', `Leaving out ${what} in ${directory.path} that ${how}`)
  }

  async #list(modifiedAfter: number): Promise<readonly WatchedFile[] | null> {
    const { clock, directory, batchIntervalMs } = this.#options
    const startedAt = clock.now()
    const files = await directory.list(modifiedAfter)
    const tookMs = clock.now() - startedAt
    if (tookMs > batchIntervalMs) {
      log(
        'WARN',
        'FileInputDStream',
        `Time taken to find new files ${tookMs} exceeds the batch size. Consider fewer files in ${directory.path}, or a longer batch interval.`,
      )
    }
    return files
  }

  #partitions(files: readonly WatchedFile[]): FilePartition[] {
    const { format, recordLength } = this.#options
    return files.flatMap((file) =>
      this.#readable(file).map((split): FilePartition => ({ kind: 'file', split, format, recordLength })),
    )
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
    const { format, recordLength, isOfCluster } = this.#options
    if (format === 'text') {
      if (isOfCluster(file.path)) return clusterSplits([file])
      return computeSplits([{ ...file, isDirectory: false }], 1)
    }
    if (format === 'wholeText') assertReadableCodec(file.path)
    // Only text is decompressed. For binary formats the compressed bytes are the content of the file.
    const isCompressed = format === 'wholeText' && isCompressedFile(file.path)
    const whole = { path: file.path, start: 0, length: file.length, isCompressed }
    if (format !== 'binaryRecords') return [whole]
    const size = Math.ceil(BINARY_RECORDS_SPLIT_BYTES / recordLength) * recordLength
    const splits: FileSplit[] = []
    for (let start = 0; start < file.length; start += size) {
      splits.push({ path: file.path, start, length: Math.min(size, file.length - start), isCompressed: false })
    }
    return splits
  }
}

function watchedFile([path, length, modificationTime]: FilePositions['files'][number]): WatchedFile {
  return { path, length, modificationTime }
}
