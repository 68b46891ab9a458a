import { join } from 'node:path'
import type { Benchmark, Measure } from '../benchmark.ts'
import { benchDir } from '../paths.ts'
import { runScript } from './script.ts'

/** A line of the script: a case, its first and its median time, the size of what is shipped. */
const CASE_LINE = /^(?<name>.+?)\s+first\s+(?<first>[\d.]+) µs\s+median\s+(?<median>[\d.]+) µs\s+(?<bytes>\d+) bytes$/
/** What a capture may take, in microseconds. */
const BOUNDS: readonly (readonly [prefix: string, micros: number])[] = [
  ['a new closure', 1000],
  ['seen before, over a table', Number.POSITIVE_INFINITY],
  ['seen before', 200],
]

export const closureCapture: Benchmark = {
  name: 'closure-capture',
  title: 'capturing a function with what it closes over, median',
  async run() {
    const measures: Measure[] = []
    for (const line of await runScript(join(benchDir, 'closure-capture.ts'), [])) {
      const { name, median } = CASE_LINE.exec(line)?.groups ?? {}
      if (name === undefined || median === undefined) continue
      const [, bound = Number.POSITIVE_INFINITY] = BOUNDS.find(([prefix]) => name.startsWith(prefix)) ?? []
      measures.push({
        name,
        unit: 'µs',
        isHigherBetter: false,
        millstream: [Number(median)],
        spark: [],
        ...(Number.isFinite(bound) ? { target: { bound } } : {}),
      })
    }
    if (measures.length === 0) throw new Error('bench/closure-capture.ts printed no case')
    return measures
  },
}
