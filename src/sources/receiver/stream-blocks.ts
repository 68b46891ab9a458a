import type { PlainData } from '../../batches/checkpoint/checkpoint.ts'
import type { KeptBlock } from './block-log.ts'
import { logFilePlace, type ReceivedBlock } from './received-block.ts'
import { RoomGate } from './room-gate.ts'

/** How far a batch is: its data takes the stream's room while the batch waits to be generated, and while its jobs wait or run. */
type BatchState = 'allocated' | 'submitted' | 'idle'

interface BatchBlocks {
  readonly blocks: readonly ReceivedBlock[]
  readonly byteLength: number
  state: BatchState
}

/** What a checkpoint keeps of a stream with a log: which blocks each batch was given. Those behind the last of them are in the log alone. */
interface KeptBlocks {
  readonly allocatedUpTo: number
  readonly batches: Readonly<Record<string, readonly KeptBlock[]>>
}

/** The blocks of one stream, from their arrival until their batch is forgotten (Spark's `ReceivedBlockTracker`, for one stream). */
export class StreamBlocks {
  readonly gate: RoomGate
  #unallocated: ReceivedBlock[] = []
  readonly #batches = new Map<number, BatchBlocks>()
  /** The last block of the log that a batch was given. */
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
   */
  allocate(time: number, settledUpTo = 0): void {
    // An earlier batch that was not submitted has no jobs, or failed to be generated: nobody will tell when it is done.
    for (const batch of this.#batches.values()) if (batch.state === 'allocated') this.#leave(batch)
    const blocks = this.#unallocated
    this.#unallocated = []
    const byteLength = blocks.reduce((sum, block) => sum + block.byteLength, 0)
    this.#batches.set(time, { blocks, byteLength, state: 'allocated' })
    const last = blocks.findLast(({ logged }) => logged !== null)?.logged?.sequence ?? 0
    this.#allocatedUpTo = Math.max(last, settledUpTo, this.#allocatedUpTo)
    this.gate.allocate()
  }

  get allocatedUpTo(): number {
    return this.#allocatedUpTo
  }

  /** The times of the batches that are remembered. */
  get batchTimes(): readonly number[] {
    return [...this.#batches.keys()]
  }

  toPlainData(): PlainData {
    const batches = [...this.#batches].map(([time, { blocks }]) => [time, blocks.flatMap(keptBlock)])
    return { allocatedUpTo: this.#allocatedUpTo, batches: Object.fromEntries(batches) }
  }

  /** Takes up the batches of an earlier run. */
  async restore(data: PlainData, blockOf: (kept: KeptBlock) => Promise<ReceivedBlock>): Promise<void> {
    const { allocatedUpTo, batches } = data as unknown as KeptBlocks
    this.#allocatedUpTo = allocatedUpTo
    for (const [time, kept] of Object.entries(batches)) {
      const blocks: ReceivedBlock[] = []
      for (const one of kept) blocks.push(await blockOf(one))
      const byteLength = blocks.reduce((sum, block) => sum + block.byteLength, 0)
      this.#batches.set(Number(time), { blocks, byteLength, state: 'idle' })
    }
  }

  /** The files of the log that blocks of this stream stand in. */
  get logFiles(): Set<string> {
    const blocks = [...[...this.#batches.values()].flatMap((batch) => batch.blocks), ...this.#unallocated]
    return new Set(blocks.flatMap(({ logged }) => logFilePlace(logged)?.segment.file ?? []))
  }

  blocksOf(time: number): readonly ReceivedBlock[] {
    return this.#batches.get(time)?.blocks ?? []
  }

  submitted(time: number): void {
    const batch = this.#batches.get(time)
    if (batch === undefined) return
    if (batch.state === 'idle') this.gate.add(batch.byteLength)
    batch.state = 'submitted'
  }

  completed(time: number): void {
    const batch = this.#batches.get(time)
    if (batch !== undefined) this.#leave(batch)
  }

  /** Forgets the batches up to and including `threshold`. @param isFreeing whether their blocks' data is freed. */
  cleanup(threshold: number, isFreeing: boolean): void {
    for (const [time, batch] of this.#batches) {
      if (time > threshold) continue
      this.#leave(batch)
      if (isFreeing) for (const block of batch.blocks) block.remove()
      this.#batches.delete(time)
    }
  }

  /** Frees everything. */
  close(): void {
    this.cleanup(Number.POSITIVE_INFINITY, true)
    for (const block of this.#unallocated) block.remove()
    this.#unallocated = []
    this.gate.open()
  }

  #leave(batch: BatchBlocks): void {
    if (batch.state === 'idle') return
    batch.state = 'idle'
    this.gate.remove(batch.byteLength)
  }
}

/** One that the log did not take is gone with its process. */
function keptBlock({ logged, id, data, recordCount }: ReceivedBlock): KeptBlock[] {
  if (logged === null) return []
  if ('handle' in logged) return [[logged.sequence, id, data.format, recordCount, logged.handle]]
  const { file, offset, length } = logged.segment
  return [[logged.sequence, id, data.format, recordCount, file, offset, length]]
}
