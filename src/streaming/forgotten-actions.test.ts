import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RDD } from '../rdd/rdd.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'

/** A program that hangs is ended then, and fails its test. */
const DEADLINE_MS = 60_000

test('an action that foreachRDD does not wait for fails its batch, which ends when its jobs have', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    await using harness = new StreamingHarness()
    const { ssc } = harness
    const counted = harness.sc.longAccumulator()
    const results: (string | undefined)[] = []
    const counts: number[] = []
    const caught: unknown[] = []
    ssc.addStreamingListener({
      onOutputOperationCompleted: ({ outputOperationInfo: { failureReason } }) => {
        results.push(failureReason?.includes('expected: failed on a worker') ? 'failed' : failureReason)
      },
    })
    const failing = (rdd: RDD<number>) =>
      rdd.foreach(() => {
        throw new Error('expected: failed on a worker')
      })
    const functions: readonly ((rdd: RDD<number>) => unknown)[] = [
      (rdd) => void failing(rdd),
      (rdd) => void failing(rdd).then(() => 'never'),
      (rdd) =>
        void rdd.foreachAsync(() => {
          throw new Error('expected: failed on a worker')
        }),
      // Whoever handles a failure has it.
      (rdd) => void failing(rdd).catch((error) => caught.push(error)),
      async (rdd) => {
        await failing(rdd).catch((error) => caught.push(error))
      },
      (rdd) => void rdd.foreach(() => counted.add(1)),
    ]
    harness.input(functions.map((_, i) => [i])).foreachRDD((rdd, time) => {
      const f = functions[time.milliseconds / 1000 - 1]
      return f?.(rdd)
    })
    harness.input([]).foreachRDD(() => void counts.push(counted.value))
    await ssc.start()
    await harness.advance(functions.length)
    assert.equal(caught.length, 2)
    assert.equal(counts.at(-1), 1)
    await setImmediate()
    const first = results.filter((_, i) => i % 2 === 0)
    assert.deepEqual(first, ['failed', 'failed', 'failed', undefined, undefined, undefined])
    await assert.rejects(ssc.awaitTermination(), { code: 'JOB_ABORTED' })
    assert.deepEqual(unhandled, [])
  } finally {
    process.off('unhandledRejection', note)
  }
})

/** Runs a program, the library imported. @returns its exit code and what it printed. */
async function runProgram(body: string): Promise<{ readonly code: unknown; readonly printed: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-forgotten-'))
  const program = join(directory, 'program.mts')
  const index = new URL('../index.ts', import.meta.url).href
  try {
    await writeFile(program, `import { SparkContext, StreamingContext } from '${index}'\n${body}`)
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    return await new Promise((resolve) => {
      const env = { ...process.env }
      delete env.NODE_TEST_CONTEXT
      const args = ['--import', 'tsx', program]
      execFile(process.execPath, args, { cwd, env, timeout: DEADLINE_MS }, (error, stdout) =>
        resolve({ code: error === null ? 0 : error.code, printed: stdout.trim() }),
      )
    })
  } finally {
    await rm(directory, { recursive: true })
  }
}

test('nor does a helper of foreachRDD end the process that is async and not awaited; another rejection does, as without Millstream', async () => {
  const { code, printed } = await runProgram(`
    const ssc = new StreamingContext(new SparkContext('local[1]', 'forgotten'), 0.05)
    async function save(rdd) {
      await rdd.count()
      try {
        await rdd.foreach(() => { throw new Error('expected') })
      } catch (cause) {
        throw new Error('could not save', { cause })
      }
    }
    ssc.queueStream([[1], [2]]).foreachRDD((rdd) => { save(rdd) })
    await ssc.start()
    await ssc.awaitTermination().catch((error) => console.log(error.message, error.cause.code))
    await ssc.awaitTerminationOrTimeout(0.2).catch(() => console.log('goes on'))
    setTimeout(() => console.log('not reached'), 5000)
    Promise.reject(new Error('of the program'))
  `)
  assert.equal(printed, 'could not save JOB_ABORTED\ngoes on')
  assert.equal(code, 1)
})
