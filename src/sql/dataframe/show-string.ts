import { sqlTextOf } from '../functions/runtime/casts.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import { type DataType, escapeControls, type StructType } from '../types/data-type.ts'

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/g
const LEAST_WIDTH = 3

/** How `show()` cuts and places what it prints. */
export interface ShowOptions {
  /** Rows at most. */
  readonly rows: number
  /** Characters of a cell at most; 0 for all. */
  readonly truncate: number
  readonly vertical: boolean
  readonly timeZone: string
}

const widthOf = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0)

/** A cell's text: nested values in brackets, null as `NULL`. */
export function cellText(type: DataType, timeZone: string): (value: SqlValue) => string {
  const text = cellOf(type, timeZone)
  return (value) => (value === null ? 'NULL' : text(value as never))
}

function cellOf(type: DataType, timeZone: string): (value: never) => string {
  if (type.kind === 'binary')
    return (value: Uint8Array) =>
      `[${[...value].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')}]`
  return sqlTextOf(type, timeZone)
}

function cut(text: string, truncate: number): string {
  if (truncate <= 0 || text.length <= truncate) return text
  return truncate < 4 ? text.slice(0, truncate) : `${text.slice(0, truncate - 3)}...`
}

/**
 * The table that `show()` prints.
 * @param rows one more than are printed where there are more.
 */
export function showString(schema: StructType, rows: readonly (readonly SqlValue[])[], options: ShowOptions): string {
  const { truncate, timeZone } = options
  const cells = schema.fields.map(({ dataType }) => cellText(dataType, timeZone))
  const shown = rows.slice(0, options.rows)
  const head = schema.fieldNames.map((name) => cut(escapeControls(name), truncate))
  const body = shown.map((row) => row.map((value, index) => cut(escapeControls(cells[index]!(value)), truncate)))
  const hasMore = rows.length > options.rows
  return options.vertical ? verticalTable(head, body, hasMore, options.rows) : table(head, body, hasMore, options)
}

function table(
  head: readonly string[],
  body: readonly (readonly string[])[],
  hasMore: boolean,
  { truncate, rows }: ShowOptions,
): string {
  const widths = head.map((name, index) => Math.max(LEAST_WIDTH, widthOf(name), ...[maxWidth(body, index)]))
  const pad = (text: string, index: number) => {
    const filling = ' '.repeat(widths[index]! - widthOf(text))
    return truncate > 0 ? filling + text : text + filling
  }
  const line = `+${widths.map((width) => '-'.repeat(width)).join('+')}+\n`
  const row = (cells: readonly string[]) => `|${cells.map(pad).join('|')}|\n`
  let text = line + row(head) + line
  for (const cells of body) text += row(cells)
  text += line
  return hasMore ? `${text}only showing top ${rows} row${rows === 1 ? '' : 's'}\n` : text
}

function maxWidth(body: readonly (readonly string[])[], index: number): number {
  let widest = 0
  for (const row of body) widest = Math.max(widest, widthOf(row[index]!))
  return widest
}

function verticalTable(
  head: readonly string[],
  body: readonly (readonly string[])[],
  hasMore: boolean,
  rows: number,
): string {
  const nameWidth = head.reduce((widest, name) => Math.max(widest, widthOf(name)), LEAST_WIDTH)
  const valueWidth = body.reduce(
    (widest, row) => row.reduce((wide, cell) => Math.max(wide, widthOf(cell)), widest),
    LEAST_WIDTH,
  )
  if (body.length === 0) return '(0 rows)\n'
  let text = ''
  for (const [index, row] of body.entries()) {
    text += `${`-RECORD ${index}`.padEnd(nameWidth + valueWidth + 5, '-')}\n`
    for (const [column, cell] of row.entries()) {
      const name = head[column]!
      text += ` ${name}${' '.repeat(nameWidth - widthOf(name))} | ${cell}${' '.repeat(valueWidth - widthOf(cell))} \n`
    }
  }
  return hasMore ? `${text}only showing top ${rows} row${rows === 1 ? '' : 's'}\n` : text
}
