import type { ArrowBatch, ArrowColumn, ColumnRows } from './column.ts'
import { fixedWidthArray } from './fixed-width.ts'
import type { ArrowSchema, ArrowType } from './schema.ts'
import { type ArrowCalendarInterval, type ArrowValue, elementType } from './values.ts'

/** Makes a batch of rows, each an array of the fields' values in their order. */
export function batchOf(schema: ArrowSchema, rows: readonly (readonly ArrowValue[])[]): ArrowBatch {
  const columns = schema.fields.map(({ type }, index) =>
    columnOf(
      type,
      rows.map((row) => row[index] ?? null),
    ),
  )
  return { schema, length: rows.length, columns }
}

/**
 * Makes a column of values as {@link ArrowValue} describes them. Text and bytes of one column must stay below 2 GiB unless the type is large.
 * @throws TypeError for a value that is none of the type
 */
export function columnOf(type: ArrowType, values: readonly ArrowValue[]): ArrowColumn {
  const rows = rowsOf(values)
  switch (type.kind) {
    case 'null':
      return { layout: 'null', length: values.length, nullCount: values.length, validity: null }
    case 'boolean':
      return { ...rows, layout: 'bits', bits: bitsOf(values, (value) => value === true) }
    case 'decimal':
      return { ...rows, layout: 'wide', words: wordsOf(values, (value) => splitDecimal(typed(value, 'bigint', type))) }
    case 'calendarInterval':
      return {
        ...rows,
        layout: 'wide',
        words: wordsOf(values, (value) => splitInterval(value as ArrowCalendarInterval)),
      }
    case 'string':
      return bytesColumn(rows, values, type.isLarge, (value) => Buffer.from(typed(value, 'string', type)))
    case 'binary':
      return bytesColumn(rows, values, type.isLarge, (value) => bytesIn(value))
    case 'list':
    case 'map':
      return listColumn(rows, type, values)
    case 'struct': {
      const children = type.fields.map((field, index) =>
        columnOf(
          field.type,
          values.map((value) => (value === null ? null : (partsOf(value)[index] ?? null))),
        ),
      )
      return { ...rows, layout: 'struct', children }
    }
    default: {
      const made = new (fixedWidthArray(type))(values.length)
      if (made instanceof BigInt64Array) {
        fill(made, values, (value) => typed(value, 'bigint', type))
        return { ...rows, layout: 'longs', values: made }
      }
      fill(made, values, (value) => typed(value, 'number', type))
      return { ...rows, layout: 'numbers', values: made }
    }
  }
}

function rowsOf(values: readonly ArrowValue[]): ColumnRows {
  const nullCount = values.reduce<number>((count, value) => count + Number(value === null), 0)
  const validity = nullCount === 0 ? null : bitsOf(values, (value) => value !== null)
  return { length: values.length, nullCount, validity }
}

function bitsOf(values: readonly ArrowValue[], isSet: (value: ArrowValue) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8))
  values.forEach((value, row) => {
    if (isSet(value)) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7))
  })
  return bits
}

function fill<T extends number | bigint>(
  target: { [row: number]: T },
  values: readonly ArrowValue[],
  read: (value: ArrowValue) => T,
): void {
  values.forEach((value, row) => {
    if (value !== null) target[row] = read(value)
  })
}

function wordsOf(
  values: readonly ArrowValue[],
  split: (value: ArrowValue) => readonly [low: bigint, high: bigint],
): BigInt64Array {
  const words = new BigInt64Array(values.length * 2)
  values.forEach((value, row) => {
    if (value !== null) words.set(split(value), row * 2)
  })
  return words
}

function splitDecimal(unscaled: bigint): readonly [bigint, bigint] {
  return [BigInt.asIntN(64, unscaled), unscaled >> 64n]
}

function splitInterval({ months, days, nanoseconds }: ArrowCalendarInterval): readonly [bigint, bigint] {
  return [BigInt.asIntN(64, (BigInt(days) << 32n) | BigInt.asUintN(32, BigInt(months))), nanoseconds]
}

function bytesColumn(
  rows: ColumnRows,
  values: readonly ArrowValue[],
  isLarge: boolean,
  read: (value: ArrowValue) => Uint8Array,
): ArrowColumn {
  const pieces: Uint8Array[] = []
  const offsets = isLarge ? new BigInt64Array(values.length + 1) : new Int32Array(values.length + 1)
  let end = 0
  values.forEach((value, row) => {
    if (value !== null) {
      const bytes = read(value)
      pieces.push(bytes)
      end += bytes.length
    }
    setOffset(offsets, row + 1, end)
  })
  return { ...rows, layout: 'bytes', offsets, data: Buffer.concat(pieces, end) }
}

function listColumn(
  rows: ColumnRows,
  type: ArrowType & { kind: 'list' | 'map' },
  values: readonly ArrowValue[],
): ArrowColumn {
  const elements: ArrowValue[] = []
  const isLarge = type.kind === 'list' && type.isLarge
  const offsets = isLarge ? new BigInt64Array(values.length + 1) : new Int32Array(values.length + 1)
  values.forEach((value, row) => {
    if (value !== null) for (const element of partsOf(value)) elements.push(element)
    setOffset(offsets, row + 1, elements.length)
  })
  return { ...rows, layout: 'list', offsets, child: columnOf(elementType(type), elements) }
}

function setOffset(offsets: Int32Array | BigInt64Array, row: number, at: number): void {
  if (offsets instanceof BigInt64Array) offsets[row] = BigInt(at)
  else offsets[row] = at
}

interface Primitives {
  readonly string: string
  readonly number: number
  readonly bigint: bigint
}

function typed<K extends keyof Primitives>(value: ArrowValue, expected: K, type: ArrowType): Primitives[K] {
  if (typeof value !== expected) throw new TypeError(`a column of type ${type.kind} takes no ${typeof value}`)
  return value as Primitives[K]
}

function bytesIn(value: ArrowValue): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`a column of type binary takes no ${typeof value}`)
  return value
}

function partsOf(value: ArrowValue): readonly ArrowValue[] {
  if (!Array.isArray(value)) throw new TypeError(`a nested column takes arrays, no ${typeof value}`)
  return value as readonly ArrowValue[]
}
