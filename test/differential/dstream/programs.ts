import { readFileSync } from 'node:fs'
import type { Program } from './bench.ts'
import { DIFFERENCES, type Difference, type Logs, PYTHON_DIFFERENCES } from './differences.ts'
import { MAPPED_STATES } from './programs-map-state.ts'
import { OUTPUTS } from './programs-output.ts'
import { PAIRS } from './programs-pairs.ts'
import { STATES } from './programs-state.ts'
import { STATELESS } from './programs-stateless.ts'
import { WINDOWED } from './programs-windows.ts'
import { PYTHON_PROGRAMS } from './python-programs.ts'

/** Programs, with what Spark answered to them under the same names. */
export interface Recorded {
  readonly programs: Readonly<Record<string, Program>>
  readonly expected: Logs
  readonly differences: Readonly<Record<string, Difference>>
}

/** Asked by record.scala. */
export const SPARK: Recorded = {
  programs: { ...STATELESS, ...PAIRS, ...WINDOWED, ...STATES, ...MAPPED_STATES, ...OUTPUTS },
  expected: readLogs(new URL('expected.json', import.meta.url)),
  differences: DIFFERENCES,
}

/** Asked by record.py. */
export const PYSPARK: Recorded = {
  programs: PYTHON_PROGRAMS,
  expected: readLogs(new URL('expected-python.json', import.meta.url)),
  differences: PYTHON_DIFFERENCES,
}

/** What a recorder wrote. */
export function readLogs(file: URL): Logs {
  return JSON.parse(readFileSync(file, 'utf8')) as Logs
}
