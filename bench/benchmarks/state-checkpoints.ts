import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertEqual, type Benchmark, type Measure } from '../benchmark.ts'
import { runProgram } from '../millstream-program.ts'

interface CheckpointCost {
  readonly changed: number
  readonly bytes: number
  readonly ms: number
  readonly cpuMs: number
}

interface Costs {
  readonly whole: CheckpointCost
  readonly costs: readonly CheckpointCost[]
}

interface Recovery {
  readonly countOfStates: number
  readonly seconds: number
  readonly secondsFromProcessStart: number
  readonly cpuSeconds: number
}

export const checkpoint: Benchmark = {
  name: 'checkpoint',
  title: 'a checkpoint of a state of 1 M keys, by the keys that changed since the one before, local[2]',
  async run(options) {
    const keys = options.isSmoke ? 10_000 : 1_000_000
    const changed = [keys / 1000, keys / 100, keys / 10]
    const results: Costs[] = []
    for (let round = 0; round < options.rounds; round++) {
      results.push(
        await withDirectory((directory) => runProgram<Costs>('checkpoint', [keys, directory, ...changed], options)),
      )
    }
    const measures = (name: string, cost: (result: Costs) => CheckpointCost): Measure[] => [
      figure(`${name}: written`, 'kB', results, (result) => cost(result).bytes / 1000),
      figure(`${name}: longer batch`, 'ms', results, (result) => cost(result).ms),
      figure(`${name}: processor time`, 'ms', results, (result) => cost(result).cpuMs),
    ]
    return [
      ...changed.flatMap((count, index) => measures(`${count} keys changed`, ({ costs }) => costs[index]!)),
      ...measures('the whole state', ({ whole }) => whole),
    ]
  },
}

export const recovery: Benchmark = {
  name: 'recovery',
  title:
    'from getOrCreate to the end of the first batch over a state of 1 M keys, a snapshot and changes of 10 % of them, local[2]',
  async run(options) {
    const keys = options.isSmoke ? 1000 : 1_000_000
    const updates = keys / 100
    const results = await withDirectory(async (directory) => {
      const left = join(directory, 'left')
      await runProgram('recovery', ['build', keys, updates, left], options)
      const recoveries: Recovery[] = []
      for (let round = 0; round < options.rounds; round++) {
        const checkpoints = join(directory, String(round))
        cpSync(left, checkpoints, { recursive: true })
        recoveries.push(await runProgram<Recovery>('recovery', ['recover', keys, updates, checkpoints], options))
      }
      return recoveries
    })
    for (const { countOfStates } of results) assertEqual('the count of states', countOfStates, keys)
    return [
      { ...figure('until the first batch is over', 's', results, ({ seconds }) => seconds), target: { bound: 5 } },
      figure('the same from the start of the process', 's', results, (result) => result.secondsFromProcessStart),
      figure('processor time of the process', 's', results, ({ cpuSeconds }) => cpuSeconds),
    ]
  },
}

function figure<T>(name: string, unit: string, results: readonly T[], sample: (result: T) => number): Measure {
  return { name, unit, isHigherBetter: false, millstream: results.map(sample), spark: [] }
}

async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'millstream-bench-'))
  try {
    return await use(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
