import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import type { Checkpoint, RDDFiles } from '../../src/batches/checkpoint/checkpoint.ts'
import { CheckpointDirectory } from '../../src/batches/checkpoint/checkpoint-directory.ts'
import { Checkpointer } from '../../src/batches/checkpoint/checkpointer.ts'
import { BatchLedger } from '../../src/batches/ledger/batch-ledger.ts'
import type { KeptLedger } from '../../src/batches/ledger/kept-ledger.ts'
import { DStreamNode } from '../../src/dstream/dstream-node.ts'
import { StreamingContext, Time } from '../../src/index.ts'
import { FileSelection } from '../../src/sources/files/file-selection.ts'
import { ManualClock } from '../../src/testing/index.ts'
import { INTERVAL_MS, START_MS } from '../fixtures/crash/input.ts'
import { LogSource } from '../fixtures/crash/log-source.ts'
import { assertOutcome } from '../fixtures/crash/outcome.ts'
import { type Program, setup } from '../fixtures/crash/program.ts'
import { withJob } from '../fixtures/crash/run-job.ts'

const BATCHES = 11
/** The batch, counted from 1, within whose last output but one the crash is. */
const CRASHED = 8

// A crash without a process: the directory as it was at one moment is all that a run after it gets.

async function run(program: Program, upTo: number): Promise<void> {
  const { directory, clock } = program
  const ssc = await StreamingContext.getOrCreate(join(directory, 'checkpoints'), () => setup(program))
  await ssc.start()
  await ssc.batchProcessed(new Time(clock.now()))
  while (clock.now() < START_MS + upTo * INTERVAL_MS) {
    clock.advance(INTERVAL_MS)
    await ssc.batchProcessed(new Time(clock.now()))
  }
  await ssc.stop()
}

async function crashAndGoOn(directory: string, plant?: () => void): Promise<void> {
  const image = `${directory}/image`
  const crashTime = START_MS + CRASHED * INTERVAL_MS
  const takeImage = (name: string, time: number) => {
    if (name !== 'sums' || time !== crashTime) return
    for (const part of ['out', 'checkpoints']) cpSync(join(directory, part), join(image, part), { recursive: true })
  }
  plant?.()
  await run({ directory, clock: new ManualClock(START_MS), onOutput: takeImage }, CRASHED)
  await run({ directory: image, clock: new ManualClock(crashTime), input: join(directory, 'in') }, BATCHES)
}

/** Reads checkpoints with a part of them left out. */
function readWithout(t: TestContext, change: (checkpoint: Checkpoint) => Checkpoint): void {
  const { readNewest } = CheckpointDirectory.prototype
  t.mock.method(CheckpointDirectory.prototype, 'readNewest', async function (this: CheckpointDirectory) {
    const read = await readNewest.call(this)
    return read && { ...read, checkpoint: change(read.checkpoint) }
  })
}

function withoutChanges(checkpoint: Checkpoint): Checkpoint {
  const operators = Object.entries(checkpoint.operators).map(([id, operator]) => {
    const rdds = Object.entries(operator.rdds ?? {}).map(([time, files]): [string, RDDFiles] => [
      time,
      { ...files, changes: [] },
    ])
    return [id, { ...operator, rdds: Object.fromEntries(rdds) }] as const
  })
  return { ...checkpoint, operators: Object.fromEntries(operators) }
}

/** Has a run take up an earlier one's batches without what they have read. */
function forgetInputs(t: TestContext): void {
  const { restore } = BatchLedger.prototype
  t.mock.method(BatchLedger.prototype, 'restore', function (this: BatchLedger, { unfinished }: KeptLedger) {
    const times = Object.keys(unfinished).map((time) => [time, {}])
    restore.call(this, { unfinished: Object.fromEntries(times), finished: {} })
  })
}

const DEFECTS: Readonly<Record<string, (t: TestContext) => void>> = {
  'a source that forgets what its batches have read': (t) => {
    const { restoreCheckpointData } = LogSource.prototype
    t.mock.method(LogSource.prototype, 'restoreCheckpointData', function (this: LogSource, data: object) {
      restoreCheckpointData.call(this, { ...data, rangeByBatch: {} })
    })
  },
  'files that are chosen again': (t) => {
    t.mock.method(FileSelection.prototype, 'recall', () => {})
    forgetInputs(t)
  },
  'states that are not restored': (t) => {
    t.mock.method(DStreamNode.prototype, 'restoreRDD', () => {})
    forgetInputs(t)
  },
  'changes of a state that are not read': (t) => readWithout(t, withoutChanges),
  'pending batches that are forgotten': (t) =>
    readWithout(t, ({ ledger, ...checkpoint }) => ({ ...checkpoint, ledger: { ...ledger, unfinished: {} } })),
  'jobs that do not wait for the checkpoint of what they read': (t) => {
    t.mock.method(Checkpointer.prototype, 'beforeJobs', async () => {})
  },
}

describe('the check of a job that was killed', () => {
  test('holds when nothing is wrong', () =>
    withJob(BATCHES, async (directory) => {
      await crashAndGoOn(directory)
      assertOutcome(join(directory, 'image'), BATCHES)
    }))

  for (const [defect, plant] of Object.entries(DEFECTS)) {
    test(`finds ${defect}`, (t) =>
      withJob(BATCHES, async (directory) => {
        await crashAndGoOn(directory, () => plant(t))
        assert.throws(() => assertOutcome(join(directory, 'image'), BATCHES))
      }))
  }
})
