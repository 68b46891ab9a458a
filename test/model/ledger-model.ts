import type { Operator } from './histories/program.ts'

/** How many keys the records have. */
export const KEYS = 4
export const keyOf = (record: number) => record % KEYS

/** Whether a record must be counted: stored and acknowledged, refused, or nobody can know. */
export type RecordFate = 'accepted' | 'refused' | 'unknown'

/** What a run of the engine did that it must never do. */
export class Violation extends Error {
  override name = 'Violation'
}

/**
 * What must be true of the batches of a history, whatever failed in it. Batches are counted from 1. Which batch a record belongs to is learnt from the
 * first try of the batch that shows it; it must never change. It knows nothing of checkpoints, logs or retries.
 */
export class LedgerModel {
  readonly #operators: readonly Operator[]
  /** By the number of the source: what came, and what became of it when it was stored. */
  readonly #fates: readonly Map<number, RecordFate>[]
  /** The rows of each output and batch, as text. Outputs are those of the sources, then those of the operators. */
  readonly #seen = new Map<string, readonly string[]>()
  readonly #rows = new Map<string, readonly unknown[]>()
  /** How many tries of a batch have put out its rows, by output and batch. */
  readonly #tries = new Map<string, number>()

  constructor(sourceCount: number, operators: readonly Operator[]) {
    this.#operators = operators
    this.#fates = Array.from({ length: sourceCount }, () => new Map())
  }

  setFate(source: number, record: number, fate: RecordFate): void {
    this.#fates[source]!.set(record, fate)
  }

  fateOf(source: number, record: number): RecordFate | undefined {
    return this.#fates[source]!.get(record)
  }

  /** How many tries have put out rows, as pairs of an output's batch and their number, up to a batch. */
  triesUpTo(last: number): [outputAndBatch: string, tries: number][] {
    return [...this.#tries].filter(([key]) => Number(key.split('/')[1]) <= last)
  }

  /** Takes the rows that a try of a batch put out. @throws Violation when an earlier try put out others. */
  observe(output: number, batch: number, rows: readonly unknown[]): void {
    const key = `${output}/${batch}`
    const text = sortedText(rows)
    const before = this.#seen.get(key)
    this.#tries.set(key, (this.#tries.get(key) ?? 0) + 1)
    if (before === undefined) {
      this.#seen.set(key, text)
      this.#rows.set(key, rows)
    } else if (!isSame(before, text)) {
      throw new Violation(
        `${this.#nameOf(output)} gave [${text}] in a later try of batch ${batch}, and [${before}] in the first`,
      )
    }
  }

  /**
   * Checks a history that has come to its end: every batch from the first to the last was put out, every record that was accepted is in one batch, and
   * every operator gave what it gives of these batches.
   * @throws Violation
   */
  check(first: number, last: number): void {
    for (let source = 0; source < this.#fates.length; source++) this.#checkSource(source, first, last)
    for (const [index, operator] of this.#operators.entries()) {
      const output = this.#fates.length + index
      for (let batch = first; batch <= last; batch++) {
        const expected = sortedText(this.#expected(operator, batch, first))
        const seen = this.#seen.get(`${output}/${batch}`)
        if (isSame(seen ?? [], expected)) continue
        const what = seen === undefined ? 'nothing' : `[${seen}]`
        throw new Violation(`${this.#nameOf(output)} gave ${what} for batch ${batch} instead of [${expected}]`)
      }
    }
  }

  #checkSource(source: number, first: number, last: number): void {
    const batchOf = new Map<number, number>()
    for (let batch = first; batch <= last; batch++) {
      const records = this.#rows.get(`${source}/${batch}`)
      if (records === undefined) throw new Violation(`batch ${batch} of ${this.#nameOf(source)} never ran`)
      for (const record of records as readonly number[]) {
        const other = batchOf.get(record)
        if (other !== undefined) {
          throw new Violation(`record ${record} of ${this.#nameOf(source)} is in the batches ${other} and ${batch}`)
        }
        batchOf.set(record, batch)
      }
    }
    for (const [record, fate] of this.#fates[source]!) {
      const batch = batchOf.get(record)
      batchOf.delete(record)
      if (fate === 'accepted' && batch === undefined) {
        throw new Violation(`record ${record} of ${this.#nameOf(source)} was accepted and is in no batch`)
      }
      if (fate === 'refused' && batch !== undefined) {
        throw new Violation(`record ${record} of ${this.#nameOf(source)} was refused and is in batch ${batch}`)
      }
    }
    for (const [record, batch] of batchOf) {
      throw new Violation(`record ${record} of batch ${batch} never came to ${this.#nameOf(source)}`)
    }
  }

  #nameOf(output: number): string {
    const operator = this.#operators[output - this.#fates.length]
    return operator === undefined ? `source ${output}` : `${operator.kind} (output ${output})`
  }

  #records(source: number, batch: number): readonly number[] {
    return (this.#rows.get(`${source}/${batch}`) ?? []) as readonly number[]
  }

  /** The records of all sources in the batches from one to another, both included. */
  #between(from: number, to: number): number[] {
    const records: number[] = []
    for (let batch = from; batch <= to; batch++) {
      for (let source = 0; source < this.#fates.length; source++) records.push(...this.#records(source, batch))
    }
    return records
  }

  #expected(operator: Operator, batch: number, first: number): unknown[] {
    switch (operator.kind) {
      case 'state':
      case 'snapshots':
        return byKey(this.#between(first, batch)).map(([key, records]) => [key, sortedNumbers(records)])
      case 'mapWithState': {
        const before = new Map(byKey(this.#between(first, batch - 1)))
        return byKey(this.#between(batch, batch)).flatMap(([key, records]) =>
          records.map((_, index) => [key, (before.get(key)?.length ?? 0) + index + 1]),
        )
      }
      case 'sums': {
        if ((batch - first + 1) % operator.slide !== 0) return []
        const inWindow = new Map(byKey(this.#between(Math.max(first, batch - operator.length + 1), batch)))
        return byKey(this.#between(first, batch)).map(([key]) => [key, sum(inWindow.get(key) ?? [])])
      }
      case 'window':
        if ((batch - first + 1) % operator.slide !== 0) return []
        return this.#between(Math.max(first, batch - operator.length + 1), batch)
      case 'join': {
        const left = this.#records(0, batch)
        const right = this.#records(this.#fates.length - 1, batch)
        return left.flatMap((a) => right.filter((b) => keyOf(a) === keyOf(b)).map((b) => [keyOf(a), [a, b]]))
      }
    }
  }
}

function byKey(records: readonly number[]): [key: number, records: number[]][] {
  const groups = new Map<number, number[]>()
  for (const record of records) {
    const group = groups.get(keyOf(record))
    if (group === undefined) groups.set(keyOf(record), [record])
    else group.push(record)
  }
  return [...groups]
}

const sum = (records: readonly number[]) => records.reduce((a, b) => a + b, 0)
const sortedNumbers = (records: readonly number[]) => [...records].sort((a, b) => a - b)
const sortedText = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort()
const isSame = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((text, index) => text === b[index])
