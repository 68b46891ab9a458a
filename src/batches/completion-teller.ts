import { log } from '../log.ts'
import type { BatchInput } from './batch-input.ts'
import { describeError } from './describe-error.ts'
import type { BatchLedger } from './ledger/batch-ledger.ts'
import { Time } from './time.ts'

/**
 * Tells the inputs which batches are completed for good, one batch and one call at a time, in the order of the batches. It runs beside the batches: an
 * input that takes long to commit its offsets holds up nobody else.
 */
export class CompletionTeller {
  readonly #ledger: BatchLedger
  readonly #inputs: () => readonly BatchInput[]
  /** Batches that are being told of or wait for it, in their order. */
  readonly #waiting = new Set<number>()
  /** The newest batch that inputs were told of or are about to be. A checkpoint may name batches again that the one before has named. */
  #newest = Number.NEGATIVE_INFINITY
  #running: Promise<void> | null = null

  constructor(ledger: BatchLedger, inputs: () => readonly BatchInput[]) {
    this.#ledger = ledger
    this.#inputs = inputs
  }

  /** @param times batches that are completed for good, in milliseconds, ascending. */
  tell(times: readonly number[]): void {
    const inputs = this.#inputs().filter((input) => input.completed !== undefined)
    for (const time of times) {
      if (time <= this.#newest) continue
      this.#newest = time
      if (inputs.length === 0) this.#ledger.settled(time)
      else this.#waiting.add(time)
    }
    if (this.#waiting.size > 0) this.#running ??= this.#tellWaiting(inputs)
  }

  /** Resolves when nothing is left to be told, or when `signal` aborts. */
  async whenDone(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([this.#running ?? Promise.resolve(), aborted])
  }

  async #tellWaiting(inputs: readonly BatchInput[]): Promise<void> {
    for (const time of this.#waiting) {
      for (const input of inputs) await this.#tellOne(input, time)
      this.#ledger.settled(time)
      this.#waiting.delete(time)
    }
    this.#running = null
  }

  async #tellOne(input: BatchInput, time: number): Promise<void> {
    const positions = this.#ledger.inputOf(time, input.inputId)
    if (positions === undefined) return
    try {
      await input.completed?.(new Time(time), positions)
    } catch (error) {
      log(
        'WARN',
        'JobGenerator',
        `The source ${input.inputId} could not take note that the batch at ${time} ms is completed: ${describeError(error)}`,
      )
    }
  }
}
