import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** A program that hangs is ended then, and fails its test. */
const DEADLINE_MS = 60_000

const index = new URL('../../src/index.ts', import.meta.url).href

/** Runs a program, the library imported; resolves with what it printed once it has ended by itself. */
async function run(body: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-exit-'))
  const program = join(directory, 'program.mts')
  try {
    await writeFile(program, `import { SparkContext } from '${index}'\n${body}`)
    const args = ['--import', 'tsx', program]
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: DEADLINE_MS })
    return stdout.trim()
  } finally {
    await rm(directory, { recursive: true })
  }
}

describe('a process ends by itself', () => {
  test('after stop', async () => {
    const printed = await run(`
      const sc = new SparkContext('local[2]', 'exit')
      const cached = sc.range(0, 100, 1, 4).cache()
      console.log(await cached.sum())
      sc.broadcast([1])
      sc.longAccumulator()
      await sc.stop()
    `)
    assert.equal(printed, '4950')
  })

  test('after a job that failed, a worker that died and a job that was cancelled', async () => {
    const printed = await run(`
      const sc = new SparkContext('local[2]', 'exit')
      const told = (promise) => promise.then(() => 'done', (error) => error.code)
      const print = async (promise) => console.log(await told(promise))
      await print(sc.range(0, 1, 1, 1).foreach(() => { throw new Error('no') }))
      await print(sc.range(0, 1, 1, 1).foreach(() => process.exit(1)))
      const endless = told(sc.range(0, 1, 1, 1).foreach(() => { for (;;); }))
      sc.addSparkListener({ onStageSubmitted: () => sc.cancelAllJobs() })
      await told(sc.range(0, 1, 1, 1).count())
      console.log(await endless)
      await sc.stop()
    `)
    assert.deepEqual(printed.split('\n'), ['JOB_ABORTED', 'JOB_ABORTED', 'SPARK_JOB_CANCELLED'])
  })

  test('when the context was never used', async () => {
    assert.equal(await run(`const sc = new SparkContext('local[2]', 'exit')\nawait sc.stop()`), '')
  })

  test('when its block with await using is left', async () => {
    const printed = await run(`
      {
        await using sc = new SparkContext('local[2]', 'exit')
        console.log(await sc.range(0, 10).count())
      }
      console.log('left')
    `)
    assert.equal(printed, '10\nleft')
  })
})
