import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import type { NeededBatches } from '../../batches/ledger/needed-batches.ts'
import type { KeptBlock } from './block-log.ts'
import { logFilePlace, type ReceivedBlock } from './received-block.ts'
import { RoomGate } from './room-gate.ts'

interface BatchBlocks {
  readonly blocks: readonly ReceivedBlock[]
  readonly byteLength: number
  /** Whether the data takes the stream's room: from its arrival until the batch's first attempt is over, and during each further one. */
  isInRoom: boolean
}

/** The blocks of one stream, from their arrival until their batch is forgotten (Spark's `ReceivedBlockTracker`, for one stream). */
export class StreamBlocks {
  readonly gate: RoomGate
  #unallocated: ReceivedBlock[] = []
  readonly #batches = new Map<number, BatchBlocks>()
  /** The number of the last block of the log that a batch was given, or that was passed over because it was refused. */
  #allocatedUpTo = 0

  /** @param maxPendingBytes received and not yet processed, above which the source is to wait. */
  constructor(maxPendingBytes: number) {
    this.gate = new RoomGate(maxPendingBytes)
  }

  get hasUnallocated(): boolean {
    return this.#unallocated.length > 0
  }

  /** The gate has counted the block's bytes already. */
  add(block: ReceivedBlock): void {
    this.#unallocated.push(block)
  }

  /**
   * Gives all that is waiting to the batch at `time`, milliseconds since the epoch.
   * @param settledUpTo the last block of the log that was written or given up: none up to it comes after this.
   * @returns the blocks as a checkpoint names them; those that no log has are not among them.
   */
  allocate(time: number, settledUpTo = 0): readonly KeptBlock[] {
    const blocks = this.#unallocated
    this.#unallocated = []
    this.#batches.set(time, { blocks, byteLength: byteLengthOf(blocks), isInRoom: true })
    const last = blocks.findLast(({ logged }) => logged !== null)?.logged?.sequence ?? 0
    this.#allocatedUpTo = Math.max(last, settledUpTo, this.#allocatedUpTo)
    this.gate.allocate()
    return blocks.flatMap(keptBlock)
  }

  get allocatedUpTo(): number {
    return this.#allocatedUpTo
  }

  /**
   * Takes up the batches of an earlier run.
   * @param inputs what {@link allocate} returned for each, by batch time in milliseconds; null for a batch whose blocks no log had.
   */
  async restore(
    allocatedUpTo: number,
    inputs: ReadonlyMap<number, PlainData>,
    blockOf: (kept: KeptBlock) => Promise<ReceivedBlock>,
  ): Promise<void> {
    this.#allocatedUpTo = allocatedUpTo
    for (const [time, kept] of inputs) {
      const blocks: ReceivedBlock[] = []
      for (const one of (kept ?? []) as unknown as readonly KeptBlock[]) blocks.push(await blockOf(one))
      this.#batches.set(time, { blocks, byteLength: byteLengthOf(blocks), isInRoom: false })
    }
  }

  /** The files of the log that blocks of this stream stand in. */
  get logFiles(): Set<string> {
    const files = new Set<string>()
    const add = ({ logged }: ReceivedBlock) => {
      const file = logFilePlace(logged)?.segment.file
      if (file !== undefined) files.add(file)
    }
    for (const { blocks } of this.#batches.values()) blocks.forEach(add)
    this.#unallocated.forEach(add)
    return files
  }

  blocksOf(time: number): readonly ReceivedBlock[] {
    return this.#batches.get(time)?.blocks ?? []
  }

  /** An attempt to run the batch begins: its data takes room again. */
  attemptBegan(time: number): void {
    const batch = this.#batches.get(time)
    if (batch === undefined || batch.isInRoom) return
    batch.isInRoom = true
    this.gate.add(batch.byteLength)
  }

  attemptEnded(time: number): void {
    const batch = this.#batches.get(time)
    if (batch !== undefined) this.#leaveRoom(batch)
  }

  /** Frees the data of batches that only a later run can run again: that run reads the log. What stands where stays known. */
  release(needed: NeededBatches, reachMs: number): void {
    for (const [time, batch] of this.#batches) {
      if (needed.includes(time, reachMs)) continue
      for (const block of batch.blocks) block.remove()
    }
  }

  /** Forgets a batch. @param isFreeing whether its blocks' data is freed. */
  forget(time: number, isFreeing: boolean): void {
    const batch = this.#batches.get(time)
    if (batch === undefined) return
    this.#leaveRoom(batch)
    if (isFreeing) for (const block of batch.blocks) block.remove()
    this.#batches.delete(time)
  }

  /** Frees everything. */
  close(): void {
    for (const time of [...this.#batches.keys()]) this.forget(time, true)
    for (const block of this.#unallocated) block.remove()
    this.#unallocated = []
    this.gate.open()
  }

  #leaveRoom(batch: BatchBlocks): void {
    if (!batch.isInRoom) return
    batch.isInRoom = false
    this.gate.remove(batch.byteLength)
  }
}

function byteLengthOf(blocks: readonly ReceivedBlock[]): number {
  return blocks.reduce((sum, block) => sum + block.byteLength, 0)
}

/** Returns what a checkpoint keeps of a block: nothing for a block that the log refused, which is lost when the process ends. */
function keptBlock({ logged, id, data, recordCount }: ReceivedBlock): KeptBlock[] {
  if (logged === null) return []
  if ('handle' in logged) return [[logged.sequence, id, data.format, recordCount, logged.handle]]
  const { file, offset, length } = logged.segment
  return [[logged.sequence, id, data.format, recordCount, file, offset, length]]
}
