import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { describe, test } from 'node:test'
import { assertOutcome, assertReceived } from '../fixtures/crash/outcome.ts'
import { CRASH_POINTS, LOG_CRASH_POINTS } from '../fixtures/crash/points.ts'
import { batchesFor, killRandomly } from '../fixtures/crash/random-kills.ts'
import { type CrashPoint, runJob, withJob } from '../fixtures/crash/run-job.ts'
import { IS_LONG } from './long.ts'

const BATCHES = 14
/** Jobs with the moments of their kills drawn by chance; in the short form fewer of both. */
const JOBS = IS_LONG ? 10 : 3
const KILLS_PER_JOB = IS_LONG ? 20 : 10

describe('a job that was killed once ends as if it had not been', { concurrency: 2 }, () => {
  for (const [name, point] of Object.entries(CRASH_POINTS)) {
    test(name, async () => {
      await withJob(BATCHES, async (directory) => {
        const { signal, stderr } = await runJob(directory, BATCHES, { point })
        assert.equal(signal, 'SIGKILL', stderr)
        const last = await runJob(directory, BATCHES, { missed: 1 })
        assert.equal(last.code, 0, last.stderr)
        assertOutcome(directory, BATCHES)
      })
    })
  }
})

describe('a receiver that was killed with its log', { concurrency: 2 }, () => {
  for (const [name, point] of Object.entries(LOG_CRASH_POINTS)) {
    test(`${name} loses nothing that was acknowledged, and counts nothing of it twice`, async () => {
      await withJob(0, async (directory) => {
        const { signal, stderr } = await runJob(directory, BATCHES, { point, program: 'receiver-job.ts' })
        assert.equal(signal, 'SIGKILL', stderr)
        const last = await runJob(directory, BATCHES, { program: 'receiver-job.ts' })
        assert.equal(last.code, 0, last.stderr)
        assertReceived(directory, 1)
      })
    })
  }
})

const OUTAGES: Readonly<Record<string, CrashPoint>> = {
  'a full disk, at a checkpoint': { call: 'write', path: '/\\.checkpoint-', when: 'within', nth: 9, fault: 'ENOSPC' },
  'a full disk, at a state': { call: 'write', path: 'operators/.*/\\.part-', when: 'within', nth: 4, fault: 'ENOSPC' },
  'a directory that became read-only': { call: 'open', path: '/\\.checkpoint-', nth: 9, fault: 'EROFS' },
}

describe('a job that met with', { concurrency: 2 }, () => {
  for (const [outage, point] of Object.entries(OUTAGES)) {
    test(`${outage} says so and goes on from its last checkpoint afterwards`, async () => {
      await withJob(BATCHES, async (directory) => {
        const failed = await runJob(directory, BATCHES, { point })
        assert.equal(failed.code, 1, failed.stdout)
        assert(failed.stderr.includes(point.fault!), failed.stderr)
        const last = await runJob(directory, BATCHES)
        assert.equal(last.code, 0, last.stderr)
        assertOutcome(directory, BATCHES)
      })
    })
  }
})

describe(`${JOBS} jobs, each killed at ${KILLS_PER_JOB} moments that chance decides`, { concurrency: 2 }, () => {
  for (let job = 0; job < JOBS; job++) {
    test(`job ${job}`, async (t) => {
      const seed = randomInt(2 ** 31)
      t.diagnostic(`seed ${seed}`)
      const batches = batchesFor(KILLS_PER_JOB)
      await withJob(batches, async (directory) => {
        await killRandomly(directory, batches, KILLS_PER_JOB, seed)
        assertOutcome(directory, batches)
      })
    })
  }
})
