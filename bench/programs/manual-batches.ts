import type { StreamingContext } from 'millstream'
import type { ManualClock } from 'millstream/testing'

/** What a batch took, from its tick to its end. */
export interface BatchCost {
  readonly ms: number
  /** Of the whole process, worker threads included. */
  readonly cpuMs: number
}

/** Runs batches one after another as fast as they go: each is due when the one before is over. Start the context first. */
export class ManualBatches {
  readonly #ssc: StreamingContext
  readonly #clock: ManualClock
  readonly #batchMs: number
  #onCompleted: () => void = () => {}

  constructor(ssc: StreamingContext, clock: ManualClock, batchMs: number) {
    this.#ssc = ssc
    this.#clock = clock
    this.#batchMs = batchMs
    ssc.addStreamingListener({ onBatchCompleted: () => this.#onCompleted() })
  }

  async next(): Promise<BatchCost> {
    const completed = new Promise<void>((resolve) => {
      this.#onCompleted = resolve
    })
    const cpuBefore = process.cpuUsage()
    const started = performance.now()
    this.#clock.advance(this.#batchMs)
    await Promise.race([completed, this.#ssc.awaitTermination()])
    const ms = performance.now() - started
    const { user, system } = process.cpuUsage(cpuBefore)
    return { ms, cpuMs: (user + system) / 1000 }
  }
}
