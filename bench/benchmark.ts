import type { SparkInstallation } from './spark-installation.ts'

/** What one run of the benchmarks has at hand. */
export interface BenchOptions {
  /** Little data and no Spark: shows that the benchmark works, not how fast anything is. */
  readonly isSmoke: boolean
  /** Runs the same work beside Millstream. Null where Spark is not there, or not wanted. */
  readonly spark: SparkInstallation | null
  /** Runs Spark Connect servers for the benchmarks of Millstream on Spark, in smoke runs too. Null where Spark is not there, or not wanted. */
  readonly cluster: SparkInstallation | null
  /** How often Millstream and Spark take turns. */
  readonly rounds: number
  /** Asks the programs for processor profiles in this folder. */
  readonly profileDir: string | null
}

/** One figure of a benchmark. A sample is a figure of one run; what is shown is their median. */
export interface Measure {
  readonly name: string
  readonly unit: string
  readonly isHigherBetter: boolean
  readonly millstream: readonly number[]
  /** Empty where Spark did not run or has no such figure. */
  readonly spark: readonly number[]
  /** What is aimed at: a ratio to Spark, or a bound for the figure itself. Shown, never enforced. */
  readonly target?: { readonly ratio: number } | { readonly bound: number }
}

/** A named benchmark. It throws when a program fails or gives a wrong result; it judges no figure. */
export interface Benchmark {
  readonly name: string
  /** What is measured, in one line. */
  readonly title: string
  /** Whether it measures Millstream on Spark, and is skipped where there is none. */
  readonly needsCluster?: boolean
  run(options: BenchOptions): Promise<readonly Measure[]>
}

/** @throws Error that names what differs, when a program's result is not the expected one. */
export function assertEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what} is ${String(actual)}, not ${String(expected)}`)
}
