import { assertEqual, type Benchmark } from '../benchmark.ts'
import { RunningProcess } from '../child-process.ts'
import { runProgram } from '../millstream-program.ts'
import { programFile } from '../paths.ts'
import { wordFile } from '../word-file.ts'
import { megabytes } from './samples.ts'

const LINES = 2_000_000
const SMOKE_LINES = 20_000
const INTERVAL_SECONDS = 1
const SMOKE_INTERVAL_SECONDS = 0.2
/** A receiver of Spark's takes a core, so `local[2]` would leave one; it is given three. */
const SPARK_MASTER = 'local[3]'

interface Result {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly words: number
  readonly bytes: number
  readonly peakRssBytes: number
}

export const dstreamSocket: Benchmark = {
  name: 'dstream-socket',
  title: 'word count of 20 M words from a socket, DStream, batches of 1 s, from start to the last count',
  async run(options) {
    const { path, facts } = wordFile(options.isSmoke ? SMOKE_LINES : LINES)
    const args = [facts.words, options.isSmoke ? SMOKE_INTERVAL_SECONDS : INTERVAL_SECONDS]
    const millstream: Result[] = []
    const spark: Result[] = []
    for (let round = 0; round < options.rounds; round++) {
      millstream.push(await served(path, (port) => runProgram('dstream-socket', [port, ...args], options)))
      const installation = options.spark
      if (installation === null) continue
      spark.push(await served(path, (port) => installation.run('DStreamSocket', SPARK_MASTER, [port, ...args])))
    }
    for (const { words, bytes } of [...millstream, ...spark]) {
      assertEqual('the count of words', words, facts.words)
      assertEqual('the count of bytes', bytes, facts.bytes)
    }
    const both = (sample: (result: Result) => number) => ({
      millstream: millstream.map(sample),
      spark: spark.map(sample),
    })
    return [
      {
        name: 'start to last count',
        unit: 'M words/s',
        isHigherBetter: true,
        ...both(({ seconds }) => facts.words / seconds / 1e6),
        target: { ratio: 3 },
      },
      {
        name: 'of processor time',
        unit: 'M words/CPU s',
        isHigherBetter: true,
        ...both(({ cpuSeconds }) => facts.words / cpuSeconds / 1e6),
      },
      {
        name: 'peak memory',
        unit: 'MB',
        isHigherBetter: false,
        ...both(({ peakRssBytes }) => megabytes(peakRssBytes)),
      },
    ]
  },
}

/** Runs a program beside a process of its own that serves the file, and ends that process. */
async function served(file: string, run: (port: number) => Promise<Result>): Promise<Result> {
  await using server = new RunningProcess(process.execPath, [programFile('line-server'), file, '1'])
  return await run(Number(await server.lineWith('PORT ')))
}
