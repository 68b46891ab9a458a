import { createHash } from 'node:crypto'
import type { KeptLedger } from '../ledger/kept-ledger.ts'
import type { Remembered, SegmentedLedger } from '../ledger/ledger-segment.ts'
import { CorruptCheckpointError } from './errors.ts'
import type { PlainData } from './plain-data.ts'

/** One file of an RDD's partition; the number in its name is the partition. */
export interface PartFile {
  readonly bytes: number
  readonly records: number
  readonly crc32: number
}

/** A directory with a file for each partition. */
export interface PartDirectory {
  /** Relative to the checkpoint directory. */
  readonly directory: string
  readonly parts: readonly PartFile[]
}

/** Changes since what stands before them: a record for each key that was changed or removed. */
export interface ChangesDirectory extends PartDirectory {
  /** How often its records were merged with those of others. */
  readonly level: number
}

/** Where the records of one RDD are: a snapshot, and the changes since, oldest first. */
export interface RDDFiles {
  /** The encoded partitioner of the RDD; null when the RDD has none. */
  readonly partitioner: string | null
  readonly snapshot: PartDirectory
  readonly changes: readonly ChangesDirectory[]
}

/** The data that a checkpoint keeps for one stream. */
export interface OperatorCheckpoint {
  /** The operation and its line in the program that wrote the checkpoint, for messages. */
  readonly description: string
  /** Data that the stream itself supplied: positions of a source, files of batches. */
  readonly data?: PlainData
  /** Files that {@link data} refers to, relative to the checkpoint directory. */
  readonly files?: readonly string[]
  /** RDDs that were written, by batch time in milliseconds. */
  readonly rdds?: Readonly<Record<string, RDDFiles>>
}

/** All that a later run cannot derive from the program (Spark's `Checkpoint`). Times and durations are milliseconds. */
export interface Checkpoint {
  readonly batchIntervalMs: number
  readonly zeroTime: number
  /** The last batch that was generated, or that a recovery has still to generate. */
  readonly checkpointTime: number
  /** The ledger of batches: which batches have to run again, and what each batch has read. */
  readonly ledger: KeptLedger
  /** The data of streams, by the ids that the next run gives to the same streams. Every stream of the graph has an entry, also a stream without data. */
  readonly operators: Readonly<Record<string, OperatorCheckpoint>>
}

/** A checkpoint that is to be written. */
export interface CheckpointToWrite extends Omit<Checkpoint, 'ledger'> {
  readonly ledger: SegmentedLedger
}

/** The file of a ledger segment, and which of its batches the checkpoint keeps. */
export interface SegmentFile extends Remembered {
  /** Relative to the checkpoint directory. */
  readonly file: string
  readonly bytes: number
  readonly crc32: number
}

/** The content of a checkpoint file. */
export interface StoredCheckpoint extends Omit<Checkpoint, 'ledger'> {
  readonly ledger: StoredLedger
}

/** The part of the ledger that is in the checkpoint file itself. */
export interface StoredLedger extends KeptLedger {
  /** Where the finished batches are that {@link finished} leaves out. */
  readonly segments?: readonly SegmentFile[]
}

/** Grows when an earlier release can no longer read what this one writes. */
const VERSION = 2
/** Had the times of batches that were not completed, and what they read as part of each stream's data. */
const VERSION_WITHOUT_LEDGER = 1
const FORMAT = 'millstream-checkpoint'

interface Header {
  readonly format: string
  readonly version: number
  readonly bytes: number
  readonly sha256: string
}

/** A line that says what follows, with its length and digest, and then the checkpoint as JSON. */
export function encodeCheckpoint(checkpoint: StoredCheckpoint): Uint8Array {
  const body = Buffer.from(JSON.stringify(checkpoint))
  const header: Header = { format: FORMAT, version: VERSION, bytes: body.length, sha256: sha256(body) }
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body])
}

/** @throws CorruptCheckpointError when the bytes are not what was written. */
export function decodeCheckpoint(bytes: Uint8Array): StoredCheckpoint {
  const end = bytes.indexOf(0x0a)
  if (end < 0) throw new CorruptCheckpointError(`its ${bytes.length} bytes hold no header`)
  const header = parseHeader(Buffer.from(bytes.subarray(0, end)).toString())
  const body = bytes.subarray(end + 1)
  if (body.length !== header.bytes) {
    throw new CorruptCheckpointError(`it was cut off: ${body.length} of ${header.bytes} bytes are there`)
  }
  if (sha256(body) !== header.sha256) throw new CorruptCheckpointError('its content does not match its checksum')
  const content = JSON.parse(Buffer.from(body).toString()) as StoredCheckpoint | CheckpointWithoutLedger
  return 'ledger' in content ? content : withLedger(content)
}

/** The content of a checkpoint file of format version 1. */
interface CheckpointWithoutLedger extends Omit<Checkpoint, 'ledger'> {
  readonly pendingTimes: readonly number[]
}

/** Format version 1 kept the inputs of batches with the streams. They move to the ledger once the streams are known. */
function withLedger({ pendingTimes, ...checkpoint }: CheckpointWithoutLedger): Checkpoint {
  const unfinished = Object.fromEntries(pendingTimes.map((time) => [time, {}]))
  return { ...checkpoint, ledger: { unfinished, finished: {} } }
}

function parseHeader(line: string): Header {
  let header: Partial<Header> | null
  try {
    header = JSON.parse(line) as Partial<Header> | null
  } catch (cause) {
    throw new CorruptCheckpointError('its header cannot be read', { cause })
  }
  if (header?.format !== FORMAT) throw new CorruptCheckpointError('it is no checkpoint of Millstream')
  if (header.version !== VERSION && header.version !== VERSION_WITHOUT_LEDGER) {
    throw new CorruptCheckpointError(
      `it has version ${header.version} of the format, and this release reads versions up to ${VERSION}: go on with the release that wrote it, or start in an empty directory`,
    )
  }
  return header as Header
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The files and directories that a checkpoint needs, relative to the checkpoint directory. */
export function referencesOf({ ledger, operators }: StoredCheckpoint): Set<string> {
  const references = new Set(ledger.segments?.map(({ file }) => file))
  for (const { rdds, files } of Object.values(operators)) {
    for (const { snapshot, changes } of Object.values(rdds ?? {})) {
      for (const { directory } of [snapshot, ...changes]) references.add(directory)
    }
    for (const file of files ?? []) references.add(file)
  }
  return references
}
