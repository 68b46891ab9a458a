import type { TimedRun } from '../programs/report.ts'

/** What programs that do the same work several times report. */
export interface RepeatedRuns {
  readonly runs: readonly TimedRun[]
  readonly peakRssBytes: number
}

/** Millions of records a second in the runs after the first, which is cold. */
export function warmRates(result: RepeatedRuns, records: number): number[] {
  return result.runs.slice(1).map(({ seconds }) => records / seconds / 1e6)
}

/** Millions of records per second of processor time in the warm runs: what other work on the machine disturbs least. */
export function warmRatesPerCpuSecond(result: RepeatedRuns, records: number): number[] {
  return result.runs.slice(1).map(({ cpuSeconds }) => records / cpuSeconds / 1e6)
}

export function coldRate(result: RepeatedRuns, records: number): number {
  return records / (result.runs[0]?.seconds ?? Number.NaN) / 1e6
}

export function megabytes(bytes: number): number {
  return bytes / 1e6
}

/** @returns the value that a part `fraction` of the values do not exceed. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN
}
