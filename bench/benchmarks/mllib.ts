import type { Benchmark, BenchOptions, Measure } from '../benchmark.ts'
import { runProgram } from '../millstream-program.ts'
import { megabytes, type RepeatedRuns, warmRates, warmRatesPerCpuSecond } from './samples.ts'

interface Result extends RepeatedRuns {
  /** Of the numbers that were trained in the first run, each times a small factor. */
  readonly sum: number
}

interface Training {
  readonly kind: 'k-means' | 'linear' | 'logistic'
  readonly title: string
  readonly rows: number
  /** Passes over the data in a run. */
  readonly passes: number
}

const TRAININGS: readonly Training[] = [
  {
    kind: 'k-means',
    title: 'a batch of streaming k-means: 20 clusters, 50 dimensions, 1 M points',
    rows: 1_000_000,
    passes: 1,
  },
  {
    kind: 'linear',
    title: 'linear regression: 100 dimensions, 1 M points, 10 iterations',
    rows: 1_000_000,
    passes: 10,
  },
  {
    kind: 'logistic',
    title: 'logistic regression: 50 of 10,000 numbers not 0, 500 k points, 10 iterations',
    rows: 500_000,
    passes: 10,
  },
]

/** The runs of one process: one cold, in which the data is made and persisted, the others warm. */
const RUNS = 6
const SMOKE_RUNS = 2
const SMOKE_ROWS = 5000
/** Additions in another order give other last digits. */
const RELATIVE = 1e-9

async function run({ kind, rows, passes }: Training, options: BenchOptions): Promise<readonly Measure[]> {
  const count = options.isSmoke ? SMOKE_ROWS : rows
  const args = [kind, count, options.isSmoke ? SMOKE_RUNS : RUNS]
  const millstream: Result[] = []
  const spark: Result[] = []
  for (let round = 0; round < options.rounds; round++) {
    millstream.push(await runProgram<Result>('mllib', args, options))
    if (options.spark !== null) spark.push(await options.spark.run<Result>('MLlibTraining', 'local[2]', args))
  }
  const expected = (spark[0] ?? millstream[0])!.sum
  for (const { sum } of [...millstream, ...spark]) {
    const isSame = Math.abs(sum - expected) <= RELATIVE * Math.abs(expected)
    if (!isSame) throw new Error(`the trained numbers add up to ${sum}, not ${expected}`)
  }
  const both = (sample: (result: Result) => number | number[]) => ({
    millstream: millstream.flatMap(sample),
    spark: spark.flatMap(sample),
  })
  const points = count * passes
  return [
    {
      name: 'warm, of processor time',
      unit: 'M points/CPU s',
      isHigherBetter: true,
      ...both((result) => warmRatesPerCpuSecond(result, points)),
      target: { ratio: 2 },
    },
    { name: 'warm', unit: 'M points/s', isHigherBetter: true, ...both((result) => warmRates(result, points)) },
    { name: 'peak memory', unit: 'MB', isHigherBetter: false, ...both((result) => megabytes(result.peakRssBytes)) },
  ]
}

/** Training on persisted data, in which nothing but the training is measured. */
export const mllib: readonly Benchmark[] = TRAININGS.map((training) => ({
  name: `mllib-${training.kind}`,
  title: training.title,
  run: (options) => run(training, options),
}))
