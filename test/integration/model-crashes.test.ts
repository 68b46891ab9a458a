import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { CRASH_POINTS } from '../fixtures/crash/points.ts'
import { type CrashPoint, type JobRun, runJob, withJob } from '../fixtures/crash/run-job.ts'

const BATCHES = 12
const POINTS: Readonly<Record<string, CrashPoint>> = {
  'in the midst of writing a checkpoint': CRASH_POINTS['in the midst of writing a checkpoint']!,
  'after a checkpoint has its name': CRASH_POINTS['after a checkpoint has its name']!,
  'after one model was trained on a batch, before the other': { call: 'reach', path: 'between two models', nth: 3 },
  'after the models were trained, before the batch is done': { call: 'reach', path: 'behind the models', nth: 6 },
  'between batches': { call: 'reach', path: 'between batches', nth: 3 },
}
const JOB: JobRun = { program: 'model-job.ts' }

/** The models at the end, as the job writes them. */
function modelsOf(stdout: string): string {
  return stdout.trimEnd().split('\n').at(-1)!
}

describe('models of a job that was killed are those of one that was not', { concurrency: 2 }, () => {
  let expected = ''
  before(async () => {
    await withJob(0, async (directory) => {
      // One batch fails and runs again in the second run, which must not train the models twice.
      const first = await runJob(directory, BATCHES, JOB)
      assert.equal(first.code, 0, first.stderr)
      expected = modelsOf(first.stdout)
      const second = await runJob(directory, BATCHES, JOB)
      assert.equal(modelsOf(second.stdout), expected, 'a batch that failed and ran again')
    })
  })

  for (const [name, point] of Object.entries(POINTS)) {
    test(name, async () => {
      await withJob(0, async (directory) => {
        const { signal, stderr } = await runJob(directory, BATCHES, { ...JOB, point })
        assert.equal(signal, 'SIGKILL', `not killed: ${stderr}`)
        const last = await runJob(directory, BATCHES, JOB)
        assert.equal(last.code, 0, last.stderr)
        assert.equal(modelsOf(last.stdout), expected)
      })
    })
  }
})
