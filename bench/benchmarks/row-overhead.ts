import { join } from 'node:path'
import type { BenchOptions, Measure } from '../benchmark.ts'
import { benchDir } from '../paths.ts'
import { runScript } from './script.ts'

interface RowOverhead {
  readonly name: string
  /** Bytes that travel for each byte of the records. */
  readonly bytesPerByte: number
  /** Milliseconds of processor time in which a task reads its rows and writes as many. */
  readonly rowsMs: number
  /** Part of a task's processor time that goes into reading and writing rows. */
  readonly timeShare: number
}

/** What it costs that records travel in rows of an Arrow stream between Spark's tasks and ours. */
export async function rowOverhead({ isSmoke }: BenchOptions): Promise<Measure[]> {
  const [line = '[]'] = await runScript(join(benchDir, 'spark-rows.ts'), isSmoke ? ['--smoke'] : [])
  const results = JSON.parse(line) as readonly RowOverhead[]
  if (results.length === 0) throw new Error('bench/spark-rows.ts reported no result')
  const figure = (name: string, unit: string, value: number): Measure => {
    return { name, unit, isHigherBetter: false, millstream: [value], spark: [] }
  }
  return results.flatMap(({ name, bytesPerByte, rowsMs, timeShare }) => [
    figure(`rows for ${name}: bytes for a byte of records`, '', bytesPerByte),
    figure(`rows for ${name}: read and written in`, 'ms', rowsMs),
    figure(`rows for ${name}: part of a task's time`, '%', timeShare * 100),
  ])
}
