import { assertEqual, type Benchmark } from '../benchmark.ts'
import { runProgram } from '../millstream-program.ts'
import { percentile } from './samples.ts'

const BATCHES = 400
const SMOKE_BATCHES = 20
const INTERVAL_MS = 50
/** At 50 ms Spark falls behind, and its delays would measure that. */
const SPARK_INTERVAL_MS = 200
const SPARK_BATCHES = 150
/** Batches at the beginning that are left out: they meet code that is not compiled yet. */
const WARM_UP = 0.2
const RECORDS_PER_BATCH = 100

interface Result {
  readonly records: number
  readonly processingDelays: readonly number[]
  readonly schedulingDelays: readonly number[]
  readonly cpuSeconds: number
}

export const dstreamLatency: Benchmark = {
  name: 'dstream-latency',
  title: `delay of a batch of 100 pairs, one shuffle, one collect: every ${INTERVAL_MS} ms, Spark every ${SPARK_INTERVAL_MS} ms`,
  async run(options) {
    const batches = options.isSmoke ? SMOKE_BATCHES : BATCHES
    const millstream: Result[] = []
    const spark: Result[] = []
    for (let round = 0; round < options.rounds; round++) {
      const result = await runProgram<Result>('dstream-latency', [batches, INTERVAL_MS], options)
      assertEqual('the count of records', result.records, batches * RECORDS_PER_BATCH)
      millstream.push(result)
      if (options.spark === null) continue
      spark.push(await options.spark.run<Result>('DStreamLatency', 'local[2]', [SPARK_BATCHES, SPARK_INTERVAL_MS]))
    }
    const both = (sample: (result: Result) => number) => ({
      millstream: millstream.map(sample),
      spark: spark.map(sample),
    })
    const delay = (name: string, fraction: number, bound?: number) => ({
      name: `processing delay ${name}`,
      unit: 'ms',
      isHigherBetter: false,
      ...both(({ processingDelays }) => percentile(warm(processingDelays), fraction)),
      ...(bound === undefined ? {} : { target: { bound } }),
    })
    return [
      delay('p50', 0.5, 4),
      delay('p95', 0.95),
      delay('p99', 0.99, 15),
      {
        name: 'longest wait for the batch before',
        unit: 'ms',
        isHigherBetter: false,
        ...both(({ schedulingDelays }) => Math.max(...warm(schedulingDelays))),
      },
      {
        name: 'processor time of a batch',
        unit: 'ms',
        isHigherBetter: false,
        ...both(({ cpuSeconds, processingDelays }) => (cpuSeconds * 1000) / processingDelays.length),
      },
    ]
  },
}

function warm(delays: readonly number[]): readonly number[] {
  return delays.slice(Math.floor(delays.length * WARM_UP))
}
