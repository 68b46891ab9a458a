import { join } from 'node:path'
import { assertEqual, type Benchmark } from '../benchmark.ts'
import { RunningProcess } from '../child-process.ts'
import { runProgram } from '../millstream-program.ts'
import { benchDir, repositoryDir } from '../paths.ts'

const INTERVAL_MS = 100
const WORDS = 700
/** Short runs: more of them than rounds. */
const RUNS_PER_ROUND = 3

interface Result {
  readonly words: number
  readonly fromImportMs: number
}

/** A program's result, and the time from the start of its process to the line that holds it. */
interface Started {
  readonly result: Result
  readonly fromProcessMs: number
}

export const startup: Benchmark = {
  name: 'startup',
  title: `from nothing to the first batch's output, word count of a queue, batches of ${INTERVAL_MS} ms`,
  async run(options) {
    const plain: Started[] = []
    const typeScript: Started[] = []
    const spark: Started[] = []
    for (let round = 0; round < options.rounds; round++) {
      for (let run = 0; run < (options.isSmoke ? 1 : RUNS_PER_ROUND); run++) {
        plain.push(await started((onLine) => runProgram<Result>('startup', [INTERVAL_MS], options, { onLine })))
        typeScript.push(await started(runByCommandLine))
      }
      const installation = options.spark
      if (installation === null) continue
      spark.push(await started((onLine) => installation.run<Result>('Startup', 'local[2]', [INTERVAL_MS], { onLine })))
    }
    for (const { result } of [...plain, ...typeScript, ...spark]) assertEqual('the count of words', result.words, WORDS)
    const fromImport = ({ result }: Started): number => result.fromImportMs / 1000
    const fromProcess = ({ fromProcessMs }: Started): number => fromProcessMs / 1000
    const seconds = { unit: 's', isHigherBetter: false }
    return [
      {
        name: 'from import (Spark: from main)',
        ...seconds,
        millstream: plain.map(fromImport),
        spark: spark.map(fromImport),
        target: { bound: 1 },
      },
      {
        name: "from the process's start",
        ...seconds,
        millstream: plain.map(fromProcess),
        spark: spark.map(fromProcess),
      },
      {
        name: 'the same with `millstream run app.ts`',
        ...seconds,
        millstream: typeScript.map(fromProcess),
        spark: spark.map(fromProcess),
      },
    ]
  },
}

async function started(run: (onLine: (line: string) => void) => Promise<Result>): Promise<Started> {
  const startedAt = performance.now()
  let fromProcessMs = Number.NaN
  const result = await run((line) => {
    if (line.startsWith('RESULT ')) fromProcessMs = performance.now() - startedAt
  })
  return { result, fromProcessMs }
}

async function runByCommandLine(onLine: (line: string) => void): Promise<Result> {
  const main = join(repositoryDir, 'dist/cli/main.js')
  const program = join(benchDir, 'programs/startup.ts')
  await using child = new RunningProcess(process.execPath, [main, 'run', program, String(INTERVAL_MS)], { onLine })
  const result = JSON.parse(await child.lineWith('RESULT ')) as Result
  await child.end()
  return result
}
