import { IllegalArgumentException } from '../errors.ts'
import { assertReadableCodec, isCompressedFile } from '../files/codecs.ts'
import type { FileStatus } from '../files/file-system.ts'
import type { FileSplit } from '../files/input-splits.ts'
import {
  binaryFilesSplitBytes,
  clusterSplits,
  combineFiles,
  computeSplits,
  sequenceSplits,
  wholeTextFilesSplitBytes,
} from '../files/input-splits.ts'
import { RDD } from '../rdd/rdd.ts'
import type { RDDContext } from '../rdd/rdd-context.ts'
import { type NodeShape, RDDLineage, type RDDLook } from '../rdd/rdd-lineage.ts'
import { FILES_MAX_PARTITION_BYTES, FILES_OPEN_COST_IN_BYTES } from '../settings/jobs.ts'
import { read } from '../settings/read.ts'

/** Largest piece of a file of fixed-length records, in bytes: a block of Hadoop's local file system. */
const BINARY_RECORDS_SPLIT_BYTES = 32 * 1024 * 1024

/** Files that are records of their own, empty ones too. */
const WHOLE_FILES = { subdirectories: 'skip', includesEmpty: true } as const

type Format = Extract<NodeShape, { kind: 'files' }>['format']

/** The RDDs whose records are in files. Paths are listed when the RDD is first needed, so a missing one is an error of the action. */
export class InputRDDs {
  readonly #context: RDDContext

  constructor(context: RDDContext) {
    this.#context = context
  }

  textFile(path: string, minPartitions: number): RDD<string> {
    return this.#files('textFile', path, 'text', async () => {
      const { files, by } = await this.#context.files.input(path, 'textFile reads')
      const splits = by === 'cluster' ? clusterSplits(files) : computeSplits(files, minPartitions)
      return splits.map((split) => [split])
    })
  }

  wholeTextFiles(path: string, minPartitions: number): RDD<[string, string]> {
    return this.#files('wholeTextFiles', path, 'wholeText', async () => {
      const { files, by } = await this.#context.files.input(path, 'wholeTextFiles reads', WHOLE_FILES)
      if (by === 'workers') for (const file of files) assertReadableCodec(file.path)
      const groups = combineFiles(files, wholeTextFilesSplitBytes(files, minPartitions))
      return groups.map((group) => group.map((file) => wholeFile(file, isCompressedFile(file.path))))
    })
  }

  binaryFiles(path: string, minPartitions: number): RDD<[string, Buffer]> {
    const { defaultParallelism } = this.#context
    const source = (key: string) => this.#context.getSetting(key)
    const limits = {
      openCostBytes: read(source, FILES_OPEN_COST_IN_BYTES),
      maxPartitionBytes: read(source, FILES_MAX_PARTITION_BYTES),
    }
    return this.#files('binaryFiles', path, 'binary', async () => {
      const { files } = await this.#context.files.input(path, 'binaryFiles reads', WHOLE_FILES)
      const groups = combineFiles(files, binaryFilesSplitBytes(files, minPartitions, defaultParallelism, limits))
      return groups.map((group) => group.map((file) => wholeFile(file, false)))
    })
  }

  /** @throws IllegalArgumentException for a record length below 1. */
  binaryRecords(path: string, recordLength: number): RDD<Buffer> {
    if (!Number.isInteger(recordLength) || recordLength < 1) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `requirement failed: recordLength must be a whole number of bytes above 0, not ${recordLength}`,
      )
    }
    const listRecords = async () => {
      const { files } = await this.#context.files.input(path, 'binaryRecords reads')
      return files.flatMap((file) => recordSplits(file, recordLength))
    }
    return this.#files('binaryRecords', path, 'binaryRecords', listRecords, recordLength)
  }

  objectFile<T>(path: string): RDD<T> {
    return this.#files('objectFile', path, 'records', async () => {
      const { files } = await this.#context.files.input(path, 'objectFile reads')
      return files.filter((file) => file.length > 0).map((file) => [wholeFile(file, false)])
    })
  }

  sequenceFile<K, V>(path: string, minPartitions: number): RDD<[K, V]> {
    return this.#files('sequenceFile', path, 'sequence', async () => {
      const { files, by } = await this.#context.files.input(path, 'sequenceFile reads')
      // Spark's reader brings whole files.
      if (by === 'cluster') return files.filter(({ length }) => length > 0).map((file) => [wholeFile(file, false)])
      return sequenceSplits(files, minPartitions).map((split) => [split])
    })
  }

  #files<T>(
    operation: string,
    path: string,
    format: Format,
    listPartitions: () => Promise<readonly (readonly FileSplit[])[]>,
    recordLength = 0,
  ): RDD<T> {
    this.#context.assertNotStopped()
    const look = LOOKS[format](path)
    const makeShape = async (): Promise<NodeShape> => {
      const partitions = await listPartitions()
      return {
        kind: 'files',
        format,
        partitions,
        recordLength,
        numPartitions: partitions.length,
        partitioner: null,
        className: look.className,
      }
    }
    const rdd = new RDD<T>(this.#context, RDDLineage.deferred(this.#context, operation, makeShape, look))
    return NAMED_BY_PATH.has(format) ? rdd.setName(path) : rdd
  }
}

/** The RDDs that Spark makes for each format. */
const LOOKS: Readonly<Record<Format, (path: string) => RDDLook>> = {
  text: (path) => ({ className: 'MapPartitionsRDD', steps: [`${path} HadoopRDD`] }),
  wholeText: () => ({ className: 'MapPartitionsRDD', steps: ['WholeTextFileRDD'] }),
  binary: () => ({ className: 'BinaryFileRDD' }),
  binaryRecords: (path) => ({ className: 'MapPartitionsRDD', steps: [`${path} NewHadoopRDD`] }),
  sequence: (path) => ({ className: 'MapPartitionsRDD', steps: [`${path} HadoopRDD`] }),
  records: (path) => ({ className: 'MapPartitionsRDD', steps: [`${path} HadoopRDD`] }),
}

/** Formats whose RDDs Spark names by the path. */
const NAMED_BY_PATH: ReadonlySet<Format> = new Set(['text', 'wholeText', 'binary'])

function wholeFile(file: FileStatus, isCompressed: boolean): FileSplit {
  return { path: file.path, start: 0, length: file.length, isCompressed }
}

function recordSplits(file: FileStatus, recordLength: number): FileSplit[][] {
  const size = Math.max(recordLength, Math.floor(BINARY_RECORDS_SPLIT_BYTES / recordLength) * recordLength)
  const splits: FileSplit[][] = []
  for (let start = 0; start < file.length; start += size) {
    const length = Math.min(size, file.length - start)
    splits.push([{ path: file.path, start, length, isCompressed: false }])
  }
  return splits
}
