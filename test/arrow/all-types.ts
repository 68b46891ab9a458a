import { type ArrowField, type ArrowSchema, type ArrowType, arrowField } from '../../src/arrow/schema.ts'
import type { ArrowValue } from '../../src/arrow/values.ts'

/** How many rows the table of all types has. */
const ROWS = 11
const INT32: ArrowType = { kind: 'int', bits: 32 }
const STRING: ArrowType = { kind: 'string', isLarge: false }
const SHORT_LIST: ArrowType = { kind: 'list', element: arrowField('element', INT32), isLarge: false }
const PERSON: ArrowType = { kind: 'struct', fields: [arrowField('name', STRING), arrowField('age', INT32)] }
const MAP: ArrowType = {
  kind: 'map',
  key: arrowField('key', STRING, false),
  value: arrowField('value', SHORT_LIST),
  isSorted: false,
}
const MICROS_OF_2026_11_30 = 1_796_032_800_000_000n
const TIME_OF_DAY = 3_723_000_004_000n

/** The columns of `fixtures/arrow/pyarrow_streams.py`, each with the values that its rows take in turn. */
const COLUMNS: readonly (readonly [name: string, type: ArrowType, values: readonly ArrowValue[]])[] = [
  ['nothing', { kind: 'null' }, [null]],
  ['boolean', { kind: 'boolean' }, [true, null, false]],
  ['byte', { kind: 'int', bits: 8 }, [-128, 127, null]],
  ['short', { kind: 'int', bits: 16 }, [-32768, null, 32767]],
  ['integer', INT32, [-2147483648, 2147483647, null, 0]],
  ['long', { kind: 'int', bits: 64 }, [-(2n ** 63n), 2n ** 63n - 1n, null, 2n ** 53n + 1n]],
  ['float', { kind: 'float', bits: 32 }, [1.5, null, Number.NEGATIVE_INFINITY]],
  ['double', { kind: 'float', bits: 64 }, [0.1, -0, null, 1e308]],
  ['decimal', { kind: 'decimal', precision: 38, scale: 2 }, [1230n, -1n, null, 10n ** 38n - 1n]],
  ['string', STRING, ['', 'zwölf 🎈', null, 'a\0b']],
  ['large string', { kind: 'string', isLarge: true }, ['one', null, '']],
  ['binary', { kind: 'binary', isLarge: false }, [Uint8Array.of(), Uint8Array.of(0, 255), null]],
  ['large binary', { kind: 'binary', isLarge: true }, [null, new Uint8Array(Buffer.from('xyz'))]],
  ['date', { kind: 'date' }, [0, -719162, null, 2932896]],
  ['time', { kind: 'time' }, [TIME_OF_DAY, null]],
  ['timestamp', { kind: 'timestamp', timeZone: 'Europe/Berlin' }, [MICROS_OF_2026_11_30, null]],
  ['timestamp_ntz', { kind: 'timestamp', timeZone: null }, [-1n, null]],
  ['day-time interval', { kind: 'dayTimeInterval' }, [-86_399_999_997n, null]],
  ['calendar interval', { kind: 'calendarInterval' }, [{ months: -1, days: 2, nanoseconds: -3n }, null]],
  ['list', SHORT_LIST, [[1, null, 3], [], null]],
  ['struct', PERSON, [['Ada', 36], null, [null, 1]]],
  [
    'map',
    MAP,
    [
      [
        ['a', [1]],
        ['b', null],
      ],
      null,
      [],
    ],
  ],
]

/** A column of each type that Spark sends or takes and pyarrow knows, with nulls. */
export const ALL_TYPES: ArrowSchema = {
  fields: [
    ...COLUMNS.map(
      ([name, type]): ArrowField => ({
        ...arrowField(name, type),
        metadata: new Map(name === 'decimal' ? [['of', name]] : []),
      }),
    ),
    arrowField('required', INT32, false),
  ],
  metadata: new Map([['made by', 'test']]),
}

/** The rows of that table. */
export const ALL_TYPES_ROWS: readonly (readonly ArrowValue[])[] = Array.from({ length: ROWS }, (_, row) => [
  ...COLUMNS.map(([, , values]) => values[row % values.length] ?? null),
  row,
])
