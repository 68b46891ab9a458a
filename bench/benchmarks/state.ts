import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertEqual, type Benchmark, type BenchOptions, type Measure } from '../benchmark.ts'
import { runProgram } from '../millstream-program.ts'
import { megabytes, percentile } from './samples.ts'

interface Result {
  readonly records: number
  readonly batchMillis: readonly number[]
  readonly cpuSeconds: number
  readonly peakRssBytes: number
}

/** One program: which operation, over how many keys, with how many records a batch. */
interface Shape {
  readonly operation: 'mapWithState' | 'updateStateByKey' | 'window'
  readonly keys: number
  readonly updates: number
  /** Batches that are not measured: the first loads the keys or fills the window, others meet code that is not compiled yet. */
  readonly warmUp: number
  /** A multiple of the checkpoint interval, so that each run has as many checkpoints. */
  readonly measured: number
  readonly expectedRecords: number
}

const STATE_BATCHES = { warmUp: 11, measured: 20 }
/** By the clock that the programs move on: a batch is due when the one before is over. */
const BATCH_MS = 1000

export const state: Benchmark = {
  name: 'state',
  title: 'states of 1 M keys with 100 k updates a batch, local[2], checkpoints included',
  async run(options) {
    const keys = options.isSmoke ? 1000 : 1_000_000
    const updates = keys / 10
    const shape = { ...STATE_BATCHES, keys, updates }
    return [
      ...(await measure({ ...shape, operation: 'mapWithState', expectedRecords: updates }, options)),
      ...(await measure({ ...shape, operation: 'updateStateByKey', expectedRecords: keys }, options)),
    ]
  },
}

export const windowed: Benchmark = {
  name: 'windowed',
  title: 'counts of 10 k words in a window of 60 s, slid by 1 s, step by step, batches of 100 k words, local[2]',
  async run(options) {
    const updates = options.isSmoke ? 1000 : 100_000
    const keys = updates / 10
    const times = { warmUp: 65, measured: 40 }
    return measure({ ...times, operation: 'window', keys, updates, expectedRecords: keys }, options)
  },
}

async function measure(shape: Shape, options: BenchOptions): Promise<Measure[]> {
  const { operation, keys, updates, warmUp, measured, expectedRecords } = shape
  const millstream: Result[] = []
  const spark: Result[] = []
  for (let round = 0; round < options.rounds; round++) {
    const run = async (start: (args: readonly (string | number)[]) => Promise<Result>) => {
      const checkpoints = mkdtempSync(join(tmpdir(), 'millstream-bench-'))
      try {
        return await start([operation, keys, updates, warmUp + measured, BATCH_MS, checkpoints])
      } finally {
        rmSync(checkpoints, { recursive: true, force: true })
      }
    }
    millstream.push(await run((args) => runProgram<Result>('state', args, options)))
    const installation = options.spark
    if (installation !== null)
      spark.push(await run((args) => installation.run<Result>('StateUpdates', 'local[2]', args)))
  }
  for (const { records } of [...millstream, ...spark]) assertEqual('the count of records', records, expectedRecords)
  const both = (sample: (result: Result) => number) => ({
    millstream: millstream.map(sample),
    spark: spark.map(sample),
  })
  const steady = ({ batchMillis }: Result) => batchMillis.slice(warmUp)
  return [
    {
      name: `${operation}: updates`,
      unit: 'k/s',
      isHigherBetter: true,
      ...both((result) => (updates * measured) / sum(steady(result))),
      target: { ratio: 2 },
    },
    {
      name: `${operation}: batch p50`,
      unit: 'ms',
      isHigherBetter: false,
      ...both((result) => percentile(steady(result), 0.5)),
    },
    {
      name: `${operation}: longest batch`,
      unit: 'ms',
      isHigherBetter: false,
      ...both((result) => Math.max(...steady(result))),
    },
    {
      name: `${operation}: processor time`,
      unit: 's',
      isHigherBetter: false,
      ...both(({ cpuSeconds }) => cpuSeconds),
    },
    {
      name: `${operation}: peak memory`,
      unit: 'MB',
      isHigherBetter: false,
      ...both(({ peakRssBytes }) => megabytes(peakRssBytes)),
    },
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
