import { assertEqual, type Benchmark, type BenchOptions, type Measure } from '../benchmark.ts'
import { type SparkServer, startConnectServer } from '../connect-server.ts'
import { runProgram } from '../millstream-program.ts'
import { ProcessorMarks, treeCpuSeconds } from '../process-tree.ts'
import { rowOverhead } from './row-overhead.ts'
import { percentile } from './samples.ts'

const RECORDS_PER_BATCH = 100
/** Half of them warm up: a server's code is compiled as it runs. */
const BATCHES = 400
const SMOKE_BATCHES = 6
const INTERVAL_MS = 100
/** Of one process; far more than it takes on a quiet machine. */
const TIMEOUT_MS = 1_200_000

type Kind = 'shuffle' | 'map'

interface Result {
  readonly records: number
  readonly processingDelays: readonly number[]
  readonly cpuSeconds: number
}

/** A stream's run: its warm batches, and what each took of the processors. */
interface StreamRun {
  readonly delays: readonly number[]
  readonly driverCpuMs: number
  /** The server, which is its own executor here, and the workers. */
  readonly clusterCpuMs: number
}

/** What PySpark's client measured: `operators` is Spark's own groupBy, the others have a Python function. */
interface PythonRun {
  readonly delays: Readonly<Record<'operators' | Kind, readonly number[]>>
  readonly records: Readonly<Record<'operators' | Kind, number>>
}

export const sparkBatches: Benchmark = {
  name: 'spark-batches',
  title:
    "a stream's batch of 100 pairs on Spark over Connect, local[2]: one shuffle, or a map; beside PySpark's client on the same server",
  needsCluster: true,
  async run(options) {
    const { cluster, spark } = options
    if (cluster === null) return []
    await using server = await startConnectServer(cluster)
    const shuffles: StreamRun[] = []
    const maps: StreamRun[] = []
    const python: PythonRun[] = []
    for (let round = 0; round < options.rounds; round++) {
      shuffles.push(await stream('shuffle', server, options))
      // Each stream is a session of its own, which takes a while to begin.
      if (!options.isSmoke) maps.push(await stream('map', server, options))
      if (spark?.hasPythonClient) python.push(await pythonBatches(server, options))
    }
    return [
      ...delays('shuffle', shuffles, python, 150),
      ...delays('map', maps, python),
      {
        ...ms("shuffle of Spark's own operators p50"),
        millstream: [],
        spark: python.map((run) => percentile(run.delays.operators, 0.5)),
      },
      { ...ms('processor time of a shuffle: driver'), millstream: shuffles.map((run) => run.driverCpuMs), spark: [] },
      { ...ms('the same: server and workers'), millstream: shuffles.map((run) => run.clusterCpuMs), spark: [] },
      ...(await rowOverhead(options)),
    ]
  },
}

async function stream(kind: Kind, server: SparkServer, options: BenchOptions): Promise<StreamRun> {
  const batches = options.isSmoke ? SMOKE_BATCHES : BATCHES
  const marks = new ProcessorMarks(() => treeCpuSeconds(server.process.pid))
  const args = [batches, INTERVAL_MS, server.url, kind]
  const result = await runProgram<Result>('dstream-latency', args, options, {
    onLine: marks.onLine,
    timeoutMs: TIMEOUT_MS,
  })
  assertEqual('the count of records', result.records, batches * RECORDS_PER_BATCH)
  const warm = result.processingDelays.slice(batches >> 1)
  return {
    delays: warm,
    driverCpuMs: (result.cpuSeconds * 1000) / batches,
    clusterCpuMs: (marks.between('warm', 'end') * 1000) / warm.length,
  }
}

async function pythonBatches(server: SparkServer, { spark }: BenchOptions): Promise<PythonRun> {
  const half = BATCHES >> 1
  const result = (await spark?.runPythonClient('connect_batches', [server.url, half, half], {
    timeoutMs: TIMEOUT_MS,
  })) as PythonRun
  for (const [kind, count] of Object.entries(result.records)) {
    assertEqual(`the count of records of PySpark's ${kind}`, count, half * RECORDS_PER_BATCH)
  }
  return result
}

function delays(kind: Kind, runs: readonly StreamRun[], python: readonly PythonRun[], bound?: number): Measure[] {
  return ([0.5, 0.95, 0.99] as const).map((fraction) => ({
    ...ms(`${kind} p${fraction * 100}`),
    millstream: runs.map((run) => percentile(run.delays, fraction)),
    spark: python.map((run) => percentile(run.delays[kind], fraction)),
    ...(bound === undefined || fraction !== 0.5 ? {} : { target: { bound } }),
  }))
}

function ms(name: string) {
  return { name, unit: 'ms', isHigherBetter: false }
}
