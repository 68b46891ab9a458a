import type { Clock } from '../../batches/clock.ts'
import { FileBasedWriteAheadLog } from '../../batches/wal/file-based-write-ahead-log.ts'
import type { LoggedBlock } from '../../batches/wal/log-frame.ts'
import { type LogSegment, readLog } from '../../batches/wal/log-reader.ts'
import type { FileSystem } from '../../files/file-system.ts'
import { assertWorkersLoad, fileSystemOf } from '../../files/file-systems.ts'
import type { BlockStore, KeptBlock, OpenedLog } from './block-log.ts'
import type { BlockMemory } from './block-memory.ts'
import { type LoggedPlace, ReceivedBlock } from './received-block.ts'
import type { ReceiverSettings } from './receiver-settings.ts'

/** Files of one stream's blocks in the checkpoint directory, which workers read by themselves. */
export class FileBlockStore implements BlockStore {
  readonly directory: string
  readonly #fileSystem: FileSystem
  readonly #path: string
  /** As workers are given it: a plain path for a local one. */
  readonly #readPath: string
  readonly #clock: Clock
  readonly #settings: ReceiverSettings
  #log: FileBasedWriteAheadLog | null = null

  /** @param checkpointDirectory qualified, without a slash at its end. @param directory the stream's, relative to it. */
  constructor(checkpointDirectory: string, directory: string, clock: Clock, settings: ReceiverSettings) {
    this.directory = directory
    this.#fileSystem = fileSystemOf(checkpointDirectory)
    this.#path = `${checkpointDirectory}/${directory}`
    assertWorkersLoad(checkpointDirectory, "a receiver's write-ahead log is read from")
    this.#readPath = this.#path.replace(/^file:/, '')
    this.#clock = clock
    this.#settings = settings
  }

  get fileName(): string | null {
    return this.#log?.fileName ?? null
  }

  async open(streamId: number, _memory: BlockMemory, afterSequence: number): Promise<OpenedLog> {
    const { entries, nextSequence } = await readLog(this.#fileSystem, this.#path, afterSequence)
    this.#log = new FileBasedWriteAheadLog({
      fileSystem: this.#fileSystem,
      directory: this.#path,
      clock: this.#clock,
      rollingIntervalMs: this.#settings.logRollingIntervalMs,
      closesFileAfterWrite: this.#settings.closesLogAfterWrite,
      maxFailures: this.#settings.maxLogFailures,
    })
    return { blocks: entries.map(({ block, segment }) => this.#blockAt(streamId, block, segment)), nextSequence }
  }

  async restore(streamId: number, _memory: BlockMemory, kept: KeptBlock): Promise<ReceivedBlock> {
    const [sequence, id, format, recordCount, ...place] = kept
    const [file, offset, length] = place as readonly [string, number, number]
    return this.#blockAt(
      streamId,
      { sequence, id, format, recordCount, metadata: undefined, refused: [] },
      { file, offset, length },
    )
  }

  async append(block: LoggedBlock, data: Uint8Array): Promise<LoggedPlace> {
    return this.#place(block.sequence, await this.#opened.append(block, data))
  }

  /** Files go with the last checkpoint that refers to them. */
  async clean(): Promise<void> {}

  async close(): Promise<void> {
    await this.#log?.close()
  }

  get #opened(): FileBasedWriteAheadLog {
    return this.#log as FileBasedWriteAheadLog
  }

  #place(sequence: number, segment: LogSegment): LoggedPlace {
    return { sequence, segment, path: `${this.#readPath}/${segment.file}` }
  }

  /** A block whose data is in the log and nowhere else. */
  #blockAt(streamId: number, { sequence, id, format, recordCount, metadata }: LoggedBlock, segment: LogSegment) {
    return new ReceivedBlock(id, streamId, format, { recordCount }, metadata, this.#place(sequence, segment))
  }
}
