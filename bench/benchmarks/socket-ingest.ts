import { join } from 'node:path'
import { assertEqual, type Benchmark } from '../benchmark.ts'
import { benchDir } from '../paths.ts'
import { runScript } from './script.ts'

const MEGABYTES = 2000
const SMOKE_MEGABYTES = 20

interface IngestResult {
  readonly lines: number
  readonly expectedLines: number
  readonly megabytesPerSecond: number
  readonly megabytesPerCpuSecond: number
  readonly rssMegabytes: number
}

export const socketIngest: Benchmark = {
  name: 'socket-ingest',
  title: 'lines of text taken in from a socket by the main thread, with nothing behind',
  async run({ isSmoke }) {
    const [line = '{}'] = await runScript(join(benchDir, 'socket-ingest.ts'), [
      String(isSmoke ? SMOKE_MEGABYTES : MEGABYTES),
    ])
    const result = JSON.parse(line) as IngestResult
    assertEqual('the count of lines', result.lines, result.expectedLines)
    const measure = (name: string, unit: string, value: number) => ({
      name,
      unit,
      isHigherBetter: unit !== 'MB',
      millstream: [value],
      spark: [],
    })
    return [
      measure('rate', 'MB/s', result.megabytesPerSecond),
      measure('of processor time', 'MB/CPU s', result.megabytesPerCpuSecond),
      measure('memory', 'MB', result.rssMegabytes),
    ]
  },
}
