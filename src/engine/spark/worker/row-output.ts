import { END_OF_ARROW_STREAM } from '../../../arrow/format.ts'
import type { StageRow } from '../rows/row-batch.ts'
import { rowBatchMessage, rowSchemaMessage } from '../rows/row-batch-writer.ts'
import { Marker } from './protocol/markers.ts'
import { intBytes, type WorkerOutput } from './protocol/worker-output.ts'

/** Rows of one batch at most, for rows that hold next to nothing. */
const MAX_BATCH_ROWS = 10_000

/** Sends a task's rows in batches. Holds less than a batch: `add` resolves when the executor has taken what is too much. */
export class RowOutput {
  readonly #output: WorkerOutput
  readonly #maxBlockBytes: number
  #rows: StageRow[] = []
  #bytes = 0
  #isOpen = false

  /** @param maxBlockBytes length above which a block goes in several rows, and a batch is closed. */
  constructor(output: WorkerOutput, maxBlockBytes: number) {
    this.#output = output
    this.#maxBlockBytes = maxBlockBytes
  }

  /** Whether the Arrow stream has begun, so that nothing else may be written before it is ended. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  async add(row: StageRow): Promise<void> {
    this.#rows.push(row)
    this.#bytes += row.block.length
    if (this.#bytes >= this.#maxBlockBytes || this.#rows.length >= MAX_BATCH_ROWS) await this.#flush()
  }

  /** Sends a block in as many rows as its length asks for, numbered from `part` on. @returns the next part's number. */
  async addBlock(row: Omit<StageRow, 'block' | 'part'>, block: Uint8Array, part = 0): Promise<number> {
    let next = part
    for (let at = 0; at < block.length; at += this.#maxBlockBytes) {
      await this.add({ ...row, part: next, block: block.subarray(at, at + this.#maxBlockBytes) })
      next += 1
    }
    return next
  }

  /** Sends what is left and ends the stream. */
  async end(): Promise<void> {
    await this.#flush()
    if (this.#isOpen) await this.#output.write(END_OF_ARROW_STREAM)
    this.#isOpen = false
  }

  /** Ends the stream of a task that failed. */
  async abandon(): Promise<void> {
    this.#rows = []
    await this.end()
  }

  async #flush(): Promise<void> {
    if (this.#rows.length === 0) return
    const pieces = rowBatchMessage(this.#rows, 'struct')
    this.#rows = []
    this.#bytes = 0
    if (!this.#isOpen) pieces.unshift(intBytes(Marker.START_ARROW_STREAM), rowSchemaMessage('struct'))
    this.#isOpen = true
    await this.#output.writePieces(pieces)
  }
}
