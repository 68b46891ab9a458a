import { combinedKey, groupKeyOf } from '../functions/runtime/values.ts'
import type { JoinType } from '../plan/relation.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import { typeOfJson } from '../types/type-json.ts'
import { BatchBuilder, batchesOf, type ColumnBatch, rowsOfBatches } from './column-batch.ts'
import { compilePipeline } from './compile-pipeline.ts'
import type { StageCode } from './row-function.ts'
import type { TypesJson } from './stages.ts'

/** A join's program: the keys come as columns behind those of each side's rows. */
export interface JoinProgram {
  readonly type: JoinType
  readonly leftTypes: TypesJson
  readonly rightTypes: TypesJson
  readonly keys: readonly { readonly type: string; readonly isNullSafe: boolean }[]
  /** What pairs must fulfil beside equal keys: over the columns of both sides, gives true or not. Null for nothing. */
  readonly condition: StageCode | null
}

type Row = SqlValue[]

/** Joins the rows of one partition: a table is made of the right side, and the left side's rows are looked up in it. */
export function* joinRows(
  program: JoinProgram,
  types: TypesJson,
  left: Iterable<ColumnBatch>,
  right: Iterable<ColumnBatch>,
): Generator<ColumnBatch> {
  yield* batchesOf(new RowJoin(program).join(left, right), types.map(typeOfJson))
}

class RowJoin {
  readonly #program: JoinProgram
  readonly #keyOf: readonly ((value: SqlValue) => unknown)[]
  readonly #test: ((a: Row, b: Row) => boolean) | null

  constructor(program: JoinProgram) {
    this.#program = program
    this.#keyOf = program.keys.map(({ type }) => groupKeyOf(typeOfJson(type)))
    this.#test = program.condition === null ? null : conditionOf(program.condition, program)
  }

  *join(left: Iterable<ColumnBatch>, right: Iterable<ColumnBatch>): Generator<Row> {
    const { type, leftTypes, rightTypes } = this.#program
    const table = this.#table(right)
    const noRight: Row = rightTypes.map(() => null)
    for (const whole of rowsOfBatches(left)) {
      const row = whole.slice(0, leftTypes.length)
      const key = this.#key(whole, leftTypes.length)
      const found = key === undefined ? [] : (table.byKey.get(key) ?? [])
      const matches = this.#test === null ? found : found.filter((other) => this.#test!(row, other.row))
      for (const other of matches) other.isMatched = true
      if (type === 'leftSemi') {
        if (matches.length > 0) yield row
      } else if (type === 'leftAnti') {
        if (matches.length === 0) yield row
      } else if (matches.length > 0) for (const other of matches) yield [...row, ...other.row]
      else if (type === 'left' || type === 'full') yield [...row, ...noRight]
    }
    if (type !== 'right' && type !== 'full') return
    const noLeft: Row = leftTypes.map(() => null)
    for (const { row, isMatched } of table.all) if (!isMatched) yield [...noLeft, ...row]
  }

  #table(right: Iterable<ColumnBatch>) {
    const width = this.#program.rightTypes.length
    const all: { row: Row; isMatched: boolean }[] = []
    const byKey = new Map<unknown, { row: Row; isMatched: boolean }[]>()
    for (const whole of rowsOfBatches(right)) {
      const entry = { row: whole.slice(0, width), isMatched: false }
      all.push(entry)
      const key = this.#key(whole, width)
      if (key === undefined) continue
      const known = byKey.get(key)
      if (known === undefined) byKey.set(key, [entry])
      else known.push(entry)
    }
    return { all, byKey }
  }

  /** Undefined for a key that is equal to none, as null is. */
  #key(row: Row, width: number): unknown {
    const { keys } = this.#program
    if (keys.length === 0) return 0
    const parts: unknown[] = []
    for (const [index, { isNullSafe }] of keys.entries()) {
      const value = row[width + index]!
      if (value === null && !isNullSafe) return undefined
      parts.push(this.#keyOf[index]!(value))
    }
    return combinedKey(parts)
  }
}

function conditionOf(code: StageCode, { leftTypes, rightTypes }: JoinProgram): (a: Row, b: Row) => boolean {
  const pipeline = compilePipeline(code)
  const types = [...leftTypes, ...rightTypes].map(typeOfJson)
  const builder = new BatchBuilder(types)
  return (a, b) => {
    builder.add([...a, ...b])
    let holds = false
    pipeline(builder.finish().columns, 1, ((value: unknown) => {
      holds = value === true
    }) as (...values: never[]) => void)
    return holds
  }
}
