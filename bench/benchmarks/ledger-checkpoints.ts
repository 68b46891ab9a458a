import { join } from 'node:path'
import type { Benchmark, Measure } from '../benchmark.ts'
import { benchDir } from '../paths.ts'
import { runScript } from './script.ts'

interface WriteCost {
  readonly remembered: number
  readonly cpuMs: number
  readonly ms: number
}

export const ledgerCheckpoints: Benchmark = {
  name: 'ledger-checkpoints',
  title: 'a checkpoint without states, by the number of finished batches that are remembered',
  async run({ isSmoke, rounds }) {
    const results: (readonly WriteCost[])[] = []
    for (let round = 0; round < rounds; round++) {
      const [line = '[]'] = await runScript(join(benchDir, 'ledger-checkpoints.ts'), isSmoke ? ['--smoke'] : [])
      results.push(JSON.parse(line) as readonly WriteCost[])
    }
    const [first = []] = results
    if (first.length === 0) throw new Error('bench/ledger-checkpoints.ts reported no result')
    const measure = (index: number, what: string, cost: (result: WriteCost) => number): Measure => ({
      name: `${first[index]!.remembered} batches: ${what}`,
      unit: 'ms',
      isHigherBetter: false,
      millstream: results.map((result) => cost(result[index]!)),
      spark: [],
    })
    return first.flatMap((_, index) => [
      measure(index, 'processor time', ({ cpuMs }) => cpuMs),
      measure(index, 'until it is on the disk', ({ ms }) => ms),
    ])
  },
}
