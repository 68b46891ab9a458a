import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { describe, test } from 'node:test'
import { assertOutcome, assertReceived } from '../fixtures/crash/outcome.ts'
import { CRASH_POINTS, LOG_CRASH_POINTS } from '../fixtures/crash/points.ts'
import { batchesFor, killRandomly } from '../fixtures/crash/random-kills.ts'
import { runJob, withJob } from '../fixtures/crash/run-job.ts'

// One job is killed again and again, and goes on each time. The integration suite has a job for each point, and many more moments.

const POINTS = [
  'in the midst of writing a checkpoint',
  'between the old checkpoint and the new',
  'before a checkpoint gets its name',
  'after a ledger segment has its name',
  'in the midst of writing state',
  'after one part of the state has its name',
  'before old state is removed',
  'within a task that writes output',
  'within an output operation',
  'between batches',
] as const
const LOG_POINTS = ["behind a block's header", 'after a block is in the log, before the receiver knows'] as const
const RECEIVER = { program: 'receiver-job.ts' } as const
const BATCHES_PER_RUN = 12
const KILLS = 2

describe('a job that was killed ends as if it had not been', { concurrency: 2 }, () => {
  test(`at ${POINTS.length} points, one after another`, async () => {
    const batches = BATCHES_PER_RUN * POINTS.length
    await withJob(batches, async (directory) => {
      for (const name of POINTS) {
        const { signal, stderr } = await runJob(directory, batches, { point: CRASH_POINTS[name]! })
        assert.equal(signal, 'SIGKILL', `not killed ${name}: ${stderr}`)
      }
      const last = await runJob(directory, batches, { missed: 1 })
      assert.equal(last.code, 0, last.stderr)
      assertOutcome(directory, batches)
    })
  })

  test(`at ${KILLS} moments that chance decides`, async (t) => {
    const seed = randomInt(2 ** 31)
    t.diagnostic(`seed ${seed}`)
    const batches = batchesFor(KILLS)
    await withJob(batches, async (directory) => {
      await killRandomly(directory, batches, KILLS, seed)
      assertOutcome(directory, batches)
    })
  })

  test(`at ${LOG_POINTS.length} points of a receiver's log: nothing is lost, and nothing is counted twice that was acknowledged`, async () => {
    const batches = 6 * LOG_POINTS.length
    await withJob(0, async (directory) => {
      for (const name of LOG_POINTS) {
        const { signal, stderr } = await runJob(directory, batches, { point: LOG_CRASH_POINTS[name]!, ...RECEIVER })
        assert.equal(signal, 'SIGKILL', `not killed ${name}: ${stderr}`)
      }
      const last = await runJob(directory, batches, RECEIVER)
      assert.equal(last.code, 0, last.stderr)
      assertReceived(directory, LOG_POINTS.length)
    })
  })
})
