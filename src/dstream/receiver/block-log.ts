import type { FileSystem } from '../../io/file-system.ts'
import { fileSystemOf } from '../../io/file-systems.ts'
import type { Clock } from '../clock.ts'
import type { LoggedBlock } from '../wal/log-frame.ts'
import { type LogSegment, readLog } from '../wal/log-reader.ts'
import { WriteAheadLog } from '../wal/write-ahead-log.ts'
import { type LoggedPlace, ReceivedBlock } from './received-block.ts'
import type { ReceiverSettings } from './receiver-settings.ts'

/** Where the logs of receivers stand below the checkpoint directory, by Spark's name: a directory for each stream. */
const LOG_DIRECTORY = 'receivedData'

/** The directory of one stream's log, and the blocks that are read back from it. */
export class BlockLogDirectory {
  /** Relative to the checkpoint directory. */
  readonly name: string
  readonly fileSystem: FileSystem
  readonly path: string
  readonly #localPath: string

  /** @param checkpointDirectory qualified, without a slash at its end. */
  constructor(checkpointDirectory: string, operatorId: string) {
    this.fileSystem = fileSystemOf(checkpointDirectory)
    this.name = `${LOG_DIRECTORY}/${encodeURIComponent(operatorId)}`
    this.path = `${checkpointDirectory}/${this.name}`
    // Workers read blocks by themselves, and local files only.
    this.#localPath = this.path.replace(/^file:/, '')
  }

  place(sequence: number, segment: LogSegment): LoggedPlace {
    return { sequence, segment, path: `${this.#localPath}/${segment.file}` }
  }

  /** A block whose data is in the log and nowhere else. */
  blockAt(streamId: number, { sequence, id, format, recordCount, metadata }: LoggedBlock, segment: LogSegment) {
    return new ReceivedBlock(id, streamId, format, { recordCount }, metadata, this.place(sequence, segment))
  }

  /** The blocks behind a sequence number, and the number that the next one is to have. */
  async read(streamId: number, afterSequence: number) {
    const { entries, nextSequence } = await readLog(this.fileSystem, this.path, afterSequence)
    return { blocks: entries.map(({ block, segment }) => this.blockAt(streamId, block, segment)), nextSequence }
  }
}

/** The log that a receiver's blocks go to before anybody has them. */
export class BlockLog {
  readonly #directory: BlockLogDirectory
  readonly #log: WriteAheadLog

  constructor(directory: BlockLogDirectory, clock: Clock, settings: ReceiverSettings, firstSequence: number) {
    this.#directory = directory
    this.#log = new WriteAheadLog({
      fileSystem: directory.fileSystem,
      directory: directory.path,
      clock,
      rollingIntervalMs: settings.logRollingIntervalMs,
      closesFileAfterWrite: settings.closesLogAfterWrite,
      firstSequence,
    })
  }

  /** The file that is written to, or was last; null before the first. */
  get fileName(): string | null {
    return this.#log.fileName
  }

  /** @param data must stay as it is until then. @returns where the block is once it is on the disk. */
  async append(block: Omit<LoggedBlock, 'sequence'>, data: Uint8Array): Promise<LoggedPlace> {
    const { sequence, segment } = await this.#log.append(block, data)
    return this.#directory.place(sequence, segment)
  }

  close(): Promise<void> {
    return this.#log.close()
  }
}
