import type { Measure } from './benchmark.ts'

/** A measure with its samples drawn together. */
export interface MeasureSummary extends Measure {
  readonly medians: { readonly millstream: number; readonly spark: number | null }
  /** How many times better Millstream is than Spark; null without Spark. */
  readonly ratio: number | null
  /** Null where nothing is aimed at, or the ratio is missing. */
  readonly isTargetMet: boolean | null
}

export function summarize(measure: Measure): MeasureSummary {
  const millstream = median(measure.millstream)
  const spark = measure.spark.length === 0 ? null : median(measure.spark)
  const ratio = spark === null ? null : measure.isHigherBetter ? millstream / spark : spark / millstream
  return { ...measure, medians: { millstream, spark }, ratio, isTargetMet: isTargetMet(measure, millstream, ratio) }
}

function isTargetMet({ target, isHigherBetter }: Measure, value: number, ratio: number | null): boolean | null {
  if (target === undefined) return null
  if ('ratio' in target) return ratio === null ? null : ratio >= target.ratio
  return isHigherBetter ? value >= target.bound : value <= target.bound
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

const HEADINGS = ['measure', 'unit', 'Millstream', 'Spark', 'ratio', 'target']
/** These columns hold numbers and are aligned to the right. */
const NUMBERS = new Set([2, 3, 4])

/** The measures of one benchmark as lines of a table. A ratio above 1 means that Millstream is better. */
export function table(measures: readonly MeasureSummary[]): string {
  const rows = measures.map((measure) => [
    measure.name,
    measure.unit,
    figure(measure.medians.millstream),
    measure.medians.spark === null ? '' : figure(measure.medians.spark),
    measure.ratio === null ? '' : figure(measure.ratio),
    targetText(measure),
  ])
  const widths = HEADINGS.map((heading, column) => Math.max(...[heading, ...rows.map((row) => row[column]!)].map(size)))
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (NUMBERS.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ')}`.trimEnd()
  return [HEADINGS, ...rows].map(line).join('\n')
}

function targetText({ target, isHigherBetter, isTargetMet }: MeasureSummary): string {
  if (target === undefined) return ''
  const text =
    'ratio' in target ? `ratio ${target.ratio}` : `${isHigherBetter ? 'at least' : 'at most'} ${target.bound}`
  return isTargetMet === null ? text : `${text}: ${isTargetMet ? 'met' : 'missed'}`
}

function figure(value: number): string {
  if (Number.isNaN(value)) return '-'
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function size(text: string): number {
  return text.length
}
