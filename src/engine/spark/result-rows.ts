import type { StageRow } from './rows/row-batch.ts'

/** Puts the rows of a job's results together again: one value of bytes per target. */
export class ResultRows {
  readonly #blocks = new Map<number, { part: number; block: Uint8Array }[]>()

  add({ target, part, block }: StageRow): void {
    const blocks = this.#blocks.get(target)
    if (blocks === undefined) this.#blocks.set(target, [{ part, block }])
    else blocks.push({ part, block })
  }

  /** @returns the bytes of a target's result, or null when no row of it came. */
  take(target: number): Uint8Array | null {
    const blocks = this.#blocks.get(target)
    if (blocks === undefined) return null
    this.#blocks.delete(target)
    const [first, ...others] = blocks.sort((a, b) => a.part - b.part)
    if (others.length === 0) return first?.block ?? null
    return Buffer.concat(blocks.map(({ block }) => block))
  }
}
