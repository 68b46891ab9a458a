import { aggregateFunction } from '../functions/aggregate-functions.ts'
import { combinedKey, comparisonOf, groupKeyOf } from '../functions/runtime/values.ts'
import type { AggregateTypes } from '../plan/aggregate-spec.ts'
import type { SqlSettings } from '../plan/scalar-spec.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import { typeOfJson } from '../types/type-json.ts'
import { BATCH_ROWS, BatchBuilder, batchesOf, type ColumnBatch, rowsOfBatches } from './column-batch.ts'
import { compilePipeline } from './compile-pipeline.ts'
import { hashOf } from './hash.ts'
import type { StageCode } from './row-function.ts'

// What runs on workers. Each function takes its program as plain data, which the closure that calls it has captured.

/** Types as JSON, in the order of columns. */
export type TypesJson = readonly string[]

/** Expressions and conditions over batches. */
export function* runPipeline(
  code: StageCode,
  types: TypesJson,
  batches: Iterable<ColumnBatch>,
): Generator<ColumnBatch> {
  const pipeline = compilePipeline(code)
  const builder = new BatchBuilder(types.map(typeOfJson))
  const add = ((...values: SqlValue[]) => builder.add(values)) as (...values: never[]) => void
  for (const { columns, length } of batches) {
    pipeline(columns, length, add)
    if (builder.length >= BATCH_ROWS) yield builder.finish()
  }
  if (builder.length > 0) yield builder.finish()
}

/** An aggregation's program: the input of its functions comes as columns behind those of the keys. */
export interface AggregateProgram {
  readonly settings: SqlSettings
  readonly keyTypes: TypesJson
  readonly calls: readonly {
    readonly maker: string
    readonly options: Readonly<Record<string, unknown>>
    readonly argTypes: TypesJson
    readonly resultType: string
    readonly isDistinct: boolean
    /** Whether the last of the arguments says that the row counts. */
    readonly hasFilter: boolean
  }[]
  /** Partitions of the merged groups. */
  readonly partitions: number
}

interface Group {
  readonly keys: readonly SqlValue[]
  readonly states: unknown[]
}

/** The arguments of a distinct aggregate that were met, by what they have in common. */
type DistinctArgs = Map<unknown, readonly SqlValue[]>

class Groups {
  readonly #groups = new Map<unknown, Group>()
  readonly #program: AggregateProgram
  readonly #keyOf: ((value: SqlValue) => unknown)[]
  readonly #functions
  readonly #argKeys: ((value: SqlValue) => unknown)[][]

  constructor(program: AggregateProgram) {
    this.#program = program
    this.#keyOf = program.keyTypes.map((type) => groupKeyOf(typeOfJson(type)))
    this.#functions = program.calls.map(({ maker, options, argTypes, resultType }) => {
      const types: AggregateTypes = { args: argTypes.map(typeOfJson), result: typeOfJson(resultType) }
      return aggregateFunction(maker, types, program.settings, options)
    })
    this.#argKeys = program.calls.map(({ argTypes }) => argTypes.map((type) => groupKeyOf(typeOfJson(type))))
  }

  get groups(): Iterable<Group> {
    return this.#groups.values()
  }

  /** A row: the keys, then the arguments of each call. */
  add(row: readonly SqlValue[]): void {
    const { keyTypes, calls } = this.#program
    const group = this.#group(row.slice(0, keyTypes.length))
    let at = keyTypes.length
    for (const [index, { argTypes, isDistinct, hasFilter }] of calls.entries()) {
      const args = row.slice(at, at + argTypes.length)
      at += argTypes.length + (hasFilter ? 1 : 0)
      if (hasFilter && row[at - 1] !== true) continue
      if (isDistinct) this.#addDistinct(group.states[index] as DistinctArgs, index, args)
      else group.states[index] = this.#functions[index]!.update(group.states[index], args)
    }
  }

  #addDistinct(seen: DistinctArgs, index: number, args: readonly SqlValue[]): void {
    if (args.includes(null)) return
    const keys = args.map((arg, place) => this.#argKeys[index]![place]!(arg))
    const key =
      keys.length === 1 ? keys[0] : JSON.stringify(keys, (_, one) => (typeof one === 'bigint' ? `${one}n` : one))
    if (!seen.has(key)) seen.set(key, args)
  }

  merge(keys: readonly SqlValue[], states: readonly unknown[]): void {
    const group = this.#group(keys)
    for (const [index, { isDistinct }] of this.#program.calls.entries()) {
      if (isDistinct)
        for (const args of states[index] as readonly (readonly SqlValue[])[])
          this.#addDistinct(group.states[index] as DistinctArgs, index, args)
      else group.states[index] = this.#functions[index]!.merge(group.states[index], states[index])
    }
  }

  /** The group without keys, also where there was no row. */
  ensureOne(): void {
    this.#group([])
  }

  /** The states as plain data. */
  portable({ states }: Group): unknown[] {
    return states.map((state, index) =>
      this.#program.calls[index]!.isDistinct ? [...(state as DistinctArgs).values()] : state,
    )
  }

  finish({ keys, states }: Group): SqlValue[] {
    const values = states.map((state, index) => {
      const f = this.#functions[index]!
      if (!this.#program.calls[index]!.isDistinct) return f.finish(state) as SqlValue
      let own = f.create()
      for (const args of (state as DistinctArgs).values()) own = f.update(own, args)
      return f.finish(own) as SqlValue
    })
    return [...keys, ...values]
  }

  #group(keys: readonly SqlValue[]): Group {
    const parts = keys.map((key, index) => this.#keyOf[index]!(key))
    const key = combinedKey(parts)
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = {
        keys,
        states: this.#program.calls.map(({ isDistinct }, index) =>
          isDistinct ? new Map() : this.#functions[index]!.create(),
        ),
      }
      this.#groups.set(key, group)
    }
    return group
  }
}

/** A part of a group on its way to the partition where its parts are merged. */
export type PartialGroup = [target: number, part: [keys: readonly SqlValue[], states: readonly unknown[]]]

/** Groups the rows of one partition. */
export function* aggregatePartially(
  program: AggregateProgram,
  batches: Iterable<ColumnBatch>,
): Generator<PartialGroup> {
  const groups = new Groups(program)
  for (const row of rowsOfBatches(batches)) groups.add(row)
  const types = program.keyTypes.map(typeOfJson)
  for (const group of groups.groups) {
    const target = types.length === 0 ? 0 : Math.abs(hashOf(group.keys, types)) % program.partitions
    yield [target, [group.keys, groups.portable(group)]]
  }
}

/** Merges the parts of groups. @param isFirst whether the partition is the first one, which has the group without keys. */
export function* aggregateFinally(
  program: AggregateProgram,
  types: TypesJson,
  isFirst: boolean,
  parts: Iterable<PartialGroup>,
): Generator<ColumnBatch> {
  const groups = new Groups(program)
  for (const [, [keys, states]] of parts) groups.merge(keys, states)
  if (program.keyTypes.length === 0 && isFirst) groups.ensureOne()
  const rows = function* () {
    for (const group of groups.groups) yield groups.finish(group)
  }
  yield* batchesOf(rows(), types.map(typeOfJson))
}

/** A sort's program: the keys come as columns behind those of the rows. */
export interface SortProgram {
  readonly types: TypesJson
  readonly keys: readonly { readonly type: string; readonly isDescending: boolean; readonly isNullsFirst: boolean }[]
}

export function* sortRows({ types, keys }: SortProgram, batches: Iterable<ColumnBatch>): Generator<ColumnBatch> {
  const width = types.length
  const compares = keys.map(({ type, isDescending, isNullsFirst }) => {
    const compare = comparisonOf(typeOfJson(type))
    const sign = isDescending ? -1 : 1
    const nulls = isNullsFirst ? -1 : 1
    return (a: SqlValue, b: SqlValue): number => {
      if (a === null) return b === null ? 0 : nulls
      return b === null ? -nulls : sign * compare(a as never, b as never)
    }
  })
  const rows = [...rowsOfBatches(batches)]
  rows.sort((a, b) => {
    for (let i = 0; i < compares.length; i++) {
      const order = compares[i]!(a[width + i]!, b[width + i]!)
      if (order !== 0) return order
    }
    return 0
  })
  yield* batchesOf(rows, types.map(typeOfJson))
}

/** At most so many rows, those before the offset left out. */
export function* limitRows(
  limit: number | null,
  offset: number,
  types: TypesJson,
  batches: Iterable<ColumnBatch>,
): Generator<ColumnBatch> {
  const kept = function* () {
    let index = 0
    const end = limit === null ? Number.POSITIVE_INFINITY : offset + limit
    if (end === offset) return
    for (const row of rowsOfBatches(batches)) {
      if (index >= offset) yield row
      if (++index >= end) return
    }
  }
  yield* batchesOf(kept(), types.map(typeOfJson))
}

/** Rows with the partition that their keys, the columns behind theirs, belong to. */
export function* routeRows(
  types: TypesJson,
  keyTypes: TypesJson,
  partitions: number,
  batches: Iterable<ColumnBatch>,
): Generator<[number, ColumnBatch]> {
  const width = types.length
  const rowTypes = [...types, ...keyTypes].map(typeOfJson)
  const hashTypes = keyTypes.map(typeOfJson)
  const builders = Array.from({ length: partitions }, () => new BatchBuilder(rowTypes))
  for (const row of rowsOfBatches(batches)) {
    const target = Math.abs(hashOf(row.slice(width), hashTypes)) % partitions
    const builder = builders[target]!
    builder.add(row)
    if (builder.length === BATCH_ROWS) yield [target, builder.finish()]
  }
  for (const [target, builder] of builders.entries()) if (builder.length > 0) yield [target, builder.finish()]
}
