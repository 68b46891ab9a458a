import type { ReceivedBlock } from './received-block.ts'
import { RoomGate } from './room-gate.ts'

/** How far a batch is: its data takes the stream's room while the batch waits to be generated, and while its jobs wait or run. */
type BatchState = 'allocated' | 'submitted' | 'idle'

interface BatchBlocks {
  readonly blocks: readonly ReceivedBlock[]
  readonly byteLength: number
  state: BatchState
}

/** The blocks of one stream, from their arrival until their batch is forgotten (Spark's `ReceivedBlockTracker`, for one stream). */
export class StreamBlocks {
  readonly gate: RoomGate
  #unallocated: ReceivedBlock[] = []
  readonly #batches = new Map<number, BatchBlocks>()

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

  /** Gives all that is waiting to the batch at `time`, milliseconds since the epoch. */
  allocate(time: number): void {
    // An earlier batch that was not submitted has no jobs, or failed to be generated: nobody will tell when it is done.
    for (const batch of this.#batches.values()) if (batch.state === 'allocated') this.#leave(batch)
    const blocks = this.#unallocated
    this.#unallocated = []
    const byteLength = blocks.reduce((sum, block) => sum + block.byteLength, 0)
    this.#batches.set(time, { blocks, byteLength, state: 'allocated' })
    this.gate.allocate()
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
