import type { Clock } from '../../batches/clock.ts'
import { WriteAheadLogError } from '../../batches/wal/errors.ts'
import {
  FRAME_HEADER_BYTES,
  frameBefore,
  type LoggedBlock,
  readFrame,
  readFrameHeader,
} from '../../batches/wal/log-frame.ts'
import type { WriteAheadLog } from '../../batches/wal/write-ahead-log.ts'
import type { BlockStore, KeptBlock, OpenedLog } from './block-log.ts'
import type { BlockMemory } from './block-memory.ts'
import type { LoggedPlace, ReceivedBlock } from './received-block.ts'

/** Blocks in a log of the user's, each a record with its length and checksum. Only the driver reads them. */
export class CustomBlockStore implements BlockStore {
  readonly directory: string
  readonly fileName = null
  readonly #log: WriteAheadLog
  readonly #clock: Clock
  /** Records go to the log one by one, in their order. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(log: WriteAheadLog, directory: string, clock: Clock) {
    this.#log = log
    this.directory = directory
    this.#clock = clock
  }

  async open(streamId: number, memory: BlockMemory, afterSequence: number): Promise<OpenedLog> {
    const blocks: ReceivedBlock[] = []
    let lastSequence = afterSequence
    const records: Uint8Array[] = []
    // All of them before the first is written again.
    for await (const record of this.#log.readAll()) records.push(record)
    const refused = new Set(records.flatMap((record) => this.#read(record).block.refused))
    for (const record of records) {
      const { block, data } = this.#read(record)
      if (block.sequence <= lastSequence) continue
      lastSequence = block.sequence
      if (refused.has(block.sequence)) continue
      const { id, format, recordCount, metadata } = block
      // What a log says of where a record is, it says when the record is written: a checkpoint of this run needs the record itself.
      const handle = await this.#log.write(record, this.#clock.now())
      const region = memory.copy(data, recordCount)
      blocks.push(memory.add(id, streamId, format, region, { metadata, logged: { sequence: lastSequence, handle } }))
    }
    return { blocks, nextSequence: lastSequence + 1 }
  }

  async restore(streamId: number, memory: BlockMemory, kept: KeptBlock): Promise<ReceivedBlock> {
    const [sequence, id, format, recordCount, handle] = kept
    const { block, data } = this.#read(await this.#log.read(handle as never))
    const region = memory.copy(data, recordCount)
    return memory.add(id, streamId, format, region, { metadata: block.metadata, logged: { sequence, handle } })
  }

  async append(block: LoggedBlock, data: Uint8Array): Promise<LoggedPlace> {
    const record = Buffer.concat([frameBefore(block, data), data])
    const place = this.#last.then(async () => ({
      sequence: block.sequence,
      handle: await this.#log.write(record, this.#clock.now()),
    }))
    this.#last = place.catch(() => {})
    return place
  }

  async clean(threshold: number): Promise<void> {
    await this.#log.clean(threshold, false)
  }

  async close(): Promise<void> {
    await this.#last
    await this.#log.close()
  }

  #read(record: Uint8Array) {
    const content = record.subarray(FRAME_HEADER_BYTES)
    const frame = record.length < FRAME_HEADER_BYTES ? null : readFrame(content, readFrameHeader(record).checksum)
    if (frame === null) {
      throw new WriteAheadLogError(
        `The write-ahead log ${this.directory} gave a record of ${record.length} bytes that is not one that was written to it: ` +
          `its class, ${this.#log.constructor.name}, must give back records byte by byte`,
      )
    }
    return { block: frame.block, data: content.subarray(frame.dataOffset) }
  }
}
