import type { BatchInput } from './batch-input.ts'
import type { BatchLedger } from './ledger/batch-ledger.ts'
import { type MaybePromise, mapInOrder, whenReady } from './maybe-promise.ts'
import { Time } from './time.ts'

/** Has the inputs of a context fix what batches read, in the order of the batches, and enters it into the ledger. */
export class BatchPlanner {
  readonly #ledger: BatchLedger
  readonly #inputs: () => readonly BatchInput[]

  constructor(ledger: BatchLedger, inputs: () => readonly BatchInput[]) {
    this.#ledger = ledger
    this.#inputs = inputs
  }

  /**
   * Plans the batch at `time`, and before it those that could not be planned when they were due.
   * @throws what an input throws; what the others fixed is kept, and they are not asked for that batch again.
   */
  planUpTo(time: Time): MaybePromise<void> {
    const planned = mapInOrder(this.#ledger.unplannedUpTo(time.milliseconds), (batch) =>
      this.#plan(new Time(batch), batch === time.milliseconds),
    )
    return whenReady(planned, () => {})
  }

  #plan(time: Time, isRunning: boolean): MaybePromise<void> {
    const batch = time.milliseconds
    const failures: unknown[] = []
    const pending: Promise<void>[] = []
    for (const input of this.#inputs()) {
      if (this.#ledger.inputOf(batch, input.inputId) !== undefined) continue
      try {
        const plan = whenReady(input.plan(time), (positions) => {
          if (positions === undefined) return
          this.#ledger.fixInput(batch, input.inputId, positions)
          // A batch whose turn is past is not being run: its data takes no room until it is.
          if (!isRunning) input.attemptEnded?.(batch)
        })
        // All inputs are asked before one is waited for.
        if (plan instanceof Promise) pending.push(plan.catch((error) => void failures.push(error)))
      } catch (error) {
        failures.push(error)
      }
    }
    const finish = () => {
      if (failures.length > 0) throw failures[0]
      this.#ledger.planned(batch)
    }
    return pending.length === 0 ? finish() : Promise.all(pending).then(finish)
  }
}
