import { join } from 'node:path'
import type { Benchmark, Measure } from '../benchmark.ts'
import { benchDir } from '../paths.ts'
import { runScript } from './script.ts'

interface CodecResult {
  readonly name: string
  readonly format: string
  readonly rates: { readonly encode: number; readonly decode: number; readonly bytesPerRecord: number }
}

export const codec: Benchmark = {
  name: 'codec',
  title: 'the record codec: all kinds of records, encoded and decoded',
  async run({ isSmoke }) {
    const args = ['--json', ...(isSmoke ? ['--smoke'] : [])]
    const [line = '[]'] = await runScript(join(benchDir, 'codec.ts'), args)
    const results = JSON.parse(line) as readonly CodecResult[]
    if (results.length === 0) throw new Error('bench/codec.ts reported no result')
    return results
      .filter(({ format }) => format === 'codec')
      .flatMap(({ name, rates }): Measure[] =>
        (['encode', 'decode'] as const).map((way) => ({
          name: `${way} ${name}`,
          unit: 'M records/s',
          isHigherBetter: true,
          millstream: [rates[way] / 1e6],
          spark: [],
        })),
      )
  },
}
