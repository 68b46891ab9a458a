import { dirname } from 'node:path'
import { assertEqual, type Benchmark, type BenchOptions, type Measure } from '../benchmark.ts'
import { type SparkServer, startConnectServer } from '../connect-server.ts'
import { runProgram } from '../millstream-program.ts'
import { ProcessorMarks, treeCpuSeconds } from '../process-tree.ts'
import { type WordFacts, wordFile } from '../word-file.ts'

const LINES = 2_000_000
const SMOKE_LINES = 20_000
/** One of a process is cold, the others warm. */
const RUNS = 4
const SMOKE_RUNS = 2
/** Of one process; far more than it takes on a quiet machine. */
const TIMEOUT_MS = 1_200_000
/** A file system that only Spark knows, so that its readers read the file: a view whose mount table stands in the server's settings. */
const VIEW = 'viewfs://bench/data'
const VIEW_SETTING = 'spark.hadoop.fs.viewfs.mounttable.bench.link./data'

interface Counts {
  readonly words: number
  readonly distinctWords: number
  readonly bytes: number
}

/** The runs of one process. */
interface WordRun {
  readonly seconds: readonly number[]
  /** Of all processes that take part, for each run. */
  readonly cpuSeconds: readonly number[]
}

export const sparkWords: Benchmark = {
  name: 'spark-words',
  title:
    "word count of 20 M words on Spark, functions in Node on its executors, local[2]; beside PySpark's RDDs on local[2]",
  needsCluster: true,
  async run(options) {
    const { cluster, spark } = options
    if (cluster === null) return []
    const { path, facts } = wordFile(options.isSmoke ? SMOKE_LINES : LINES)
    await using server = await startConnectServer(cluster, { [VIEW_SETTING]: `file://${dirname(path)}` })
    const byWorkers: WordRun[] = []
    const bySpark: WordRun[] = []
    const python: WordRun[] = []
    for (let round = 0; round < options.rounds; round++) {
      byWorkers.push(await millstream(path, facts, server, options))
      if (!options.isSmoke) bySpark.push(await millstream(path.replace(dirname(path), VIEW), facts, server, options))
      if (spark !== null) python.push(await pythonWords(path, facts, server, options))
    }
    return [
      ...rates('read by workers', facts, byWorkers, python),
      ...rates("read by Spark's readers", facts, bySpark, python),
    ]
  },
}

async function millstream(file: string, facts: WordFacts, server: SparkServer, options: BenchOptions) {
  const runs = options.isSmoke ? SMOKE_RUNS : RUNS
  // Both the server with its workers and the driver are below this process.
  const marks = new ProcessorMarks(() => treeCpuSeconds(process.pid))
  const args = [file, runs, server.url]
  const result = await runProgram<Counts & { readonly runs: readonly { readonly seconds: number }[] }>(
    'rdd-words',
    args,
    options,
    { onLine: marks.onLine, timeoutMs: TIMEOUT_MS },
  )
  check(result, facts)
  return wordRun(
    result.runs.map(({ seconds }) => seconds),
    marks,
  )
}

async function pythonWords(file: string, facts: WordFacts, server: SparkServer, { spark }: BenchOptions) {
  const marks = new ProcessorMarks(() => treeCpuSeconds(process.pid) - treeCpuSeconds(server.process.pid))
  const result = (await spark?.runPython('rdd_words', 'local[2]', [file, RUNS], {
    onLine: marks.onLine,
    timeoutMs: TIMEOUT_MS,
  })) as Counts & {
    readonly seconds: readonly number[]
  }
  check(result, facts)
  return wordRun(result.seconds, marks)
}

function wordRun(seconds: readonly number[], marks: ProcessorMarks): WordRun {
  return { seconds, cpuSeconds: seconds.map((_, run) => marks.between(`run ${run}`, `run ${run + 1}`)) }
}

function check(result: Counts, facts: WordFacts): void {
  assertEqual('the count of distinct words', result.distinctWords, facts.distinctWords)
  assertEqual('the count of words', result.words, facts.words)
  assertEqual('the count of bytes', result.bytes, facts.bytes)
}

function rates(name: string, { words }: WordFacts, runs: readonly WordRun[], python: readonly WordRun[]): Measure[] {
  const warm = (seconds: readonly number[]) => seconds.slice(1).map((each) => words / each / 1e6)
  return [
    {
      name: `${name}: warm`,
      unit: 'M words/s',
      isHigherBetter: true,
      millstream: runs.flatMap(({ seconds }) => warm(seconds)),
      spark: python.flatMap(({ seconds }) => warm(seconds)),
      target: { ratio: 2 },
    },
    {
      name: `${name}: warm, of processor time`,
      unit: 'M words/CPU s',
      isHigherBetter: true,
      millstream: runs.flatMap(({ cpuSeconds }) => warm(cpuSeconds)),
      spark: python.flatMap(({ cpuSeconds }) => warm(cpuSeconds)),
    },
  ]
}
