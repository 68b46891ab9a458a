import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { PYSPARK, type Recorded, readLogs, SPARK } from '../differential/dstream/programs.ts'
import { IS_LONG } from './long.ts'
import { sparkHome } from './spark/spark-server.ts'

const RECORD = fileURLToPath(new URL('../differential/dstream/record.sh', import.meta.url))
/** Spark runs every STEP-th of the recorded programs again; in the long form all of them. */
const STEP = IS_LONG ? 1 : 8

const sample = (recorded: Recorded) => Object.keys(recorded.programs).filter((_, i) => i % STEP === 0)

let directory = ''
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-records-'))
  const home = await sparkHome()
  await promisify(execFile)(RECORD, {
    env: {
      ...process.env,
      SPARK_HOME: home,
      PYTHONPATH: dirname(home),
      RECORD_TO_DIRECTORY: directory,
      RECORD_ONLY: [...sample(SPARK), ...sample(PYSPARK)].join('\n'),
    },
    maxBuffer: 1 << 26,
  })
})
after(() => rm(directory, { recursive: true }))

for (const [name, recorded, file] of [
  ['Spark', SPARK, 'expected.json'],
  ['PySpark', PYSPARK, 'expected-python.json'],
] as const) {
  test(`${name} still answers a sample of the DStream programs as recorded`, () => {
    const now = readLogs(pathToFileURL(join(directory, file)))
    for (const program of sample(recorded)) assert.deepEqual(now[program], recorded.expected[program], program)
  })
}
