import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Violation } from '../ledger-model.ts'
import { runHistory } from './history.ts'
import { HistoryContext } from './history-context.ts'
import { type History, historyOf } from './program.ts'

/** After so many histories the workers are replaced, so that what one search leaves behind does not grow. */
const HISTORIES_PER_CONTEXT = 200
/** The longest that a failing history is made shorter. */
const SHRINK_MS = 60_000

/** A history that did what must never be. */
export interface FailedHistory {
  readonly seed: number
  readonly history: History
  readonly message: string
}

/** Lets histories happen one after another. */
export class HistorySearch implements AsyncDisposable {
  #context: HistoryContext | null = null
  #runs = 0
  /** What happened in the last history. */
  lastTrace: readonly string[] = []

  /** @returns what went wrong in the history, or null. */
  async run(history: History): Promise<string | null> {
    if (this.#runs++ % HISTORIES_PER_CONTEXT === 0) {
      await this.#context?.stop()
      this.#context = null
    }
    this.#context ??= new HistoryContext()
    const directory = mkdtempSync(join(tmpdir(), 'millstream-history-'))
    try {
      this.lastTrace = await runHistory(this.#context, history, directory)
      return null
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      return error.message
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }

  /** The history of a seed. @returns null when all went well, else the failed history. */
  async runSeed(seed: number): Promise<FailedHistory | null> {
    const history = historyOf(seed)
    const message = await this.run(history)
    return message === null ? null : { seed, history, message }
  }

  /** Looks for a shorter history in which the same thing goes wrong: with fewer steps, operators and sources. */
  async shrink(failed: FailedHistory): Promise<FailedHistory> {
    const deadline = performance.now() + SHRINK_MS
    let best = failed
    for (let hasShrunk = true; hasShrunk; ) {
      hasShrunk = false
      for (const history of simpler(best.history)) {
        if (performance.now() > deadline) return best
        const message = await this.run(history)
        if (message === null || kindOf(message) !== kindOf(best.message)) continue
        best = { seed: failed.seed, history, message }
        hasShrunk = true
        break
      }
    }
    return best
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context?.stop()
  }
}

/** What went wrong, without its numbers, its records and what is told of an error. */
function kindOf(message: string): string {
  const [line = ''] = message.split(/[:\n]/)
  return line.replace(/\[.*/, '').replaceAll(/\d+/g, '')
}

/** A history with something left out, first with much. */
function* simpler(history: History): Iterable<History> {
  const { steps, operators, sources } = history
  for (let length = Math.floor(steps.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let start = 0; start < steps.length; start += length) {
      yield { ...history, steps: steps.toSpliced(start, length) }
    }
  }
  for (const index of operators.keys()) yield { ...history, operators: operators.toSpliced(index, 1) }
  if (sources.length > 1) for (const index of sources.keys()) yield { ...history, sources: sources.toSpliced(index, 1) }
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'tick' && step.batches > 1) {
      yield { ...history, steps: steps.with(index, { ...step, batches: step.batches - 1 }) }
    }
  }
}

/** A failed history, for people. */
export function describeFailure({ seed, history, message }: FailedHistory): string {
  const { steps, ...program } = history
  return `history ${seed} of ${steps.length} steps: ${JSON.stringify(program)}\n  ${message}`
}
