import type { BenchOptions, Measure } from '../benchmark.ts'
import { runProgram } from '../millstream-program.ts'
import { coldRate, megabytes, type RepeatedRuns, warmRates, warmRatesPerCpuSecond } from './samples.ts'

/** A benchmark of two programs that do the same work several times over a file. */
export interface RepeatedProgram<R extends RepeatedRuns> {
  /** Of bench/programs/. */
  readonly program: string
  /** Of bench/spark/. */
  readonly sparkProgram: string
  readonly file: string
  readonly records: number
  readonly unit: string
  /** @throws when a result is wrong. */
  readonly check: (result: R) => void
}

/** The runs of one process: one cold, the others warm. */
const RUNS = 5
const SMOKE_RUNS = 2

/** Lets Millstream and Spark take turns, so that other work on the machine meets both. */
export async function runRepeated<R extends RepeatedRuns>(
  { program, sparkProgram, file, records, unit, check }: RepeatedProgram<R>,
  options: BenchOptions,
): Promise<readonly Measure[]> {
  const millstream: R[] = []
  const spark: R[] = []
  const args = [file, options.isSmoke ? SMOKE_RUNS : RUNS]
  for (let round = 0; round < options.rounds; round++) {
    millstream.push(await runProgram<R>(program, args, options))
    if (options.spark !== null) spark.push(await options.spark.run<R>(sparkProgram, 'local[2]', args))
  }
  for (const result of [...millstream, ...spark]) check(result)
  const both = (sample: (result: R) => number | number[]) => ({
    millstream: millstream.flatMap(sample),
    spark: spark.flatMap(sample),
  })
  const rate = `M ${unit}/s`
  return [
    {
      name: 'warm',
      unit: rate,
      isHigherBetter: true,
      ...both((result) => warmRates(result, records)),
      target: { ratio: 1.5 },
    },
    {
      name: 'warm, of processor time',
      unit: `M ${unit}/CPU s`,
      isHigherBetter: true,
      ...both((result) => warmRatesPerCpuSecond(result, records)),
    },
    { name: 'cold', unit: rate, isHigherBetter: true, ...both((result) => coldRate(result, records)) },
    {
      name: 'peak memory',
      unit: 'MB',
      isHigherBetter: false,
      ...both((result) => megabytes(result.peakRssBytes)),
      target: { bound: 600 },
    },
  ]
}
