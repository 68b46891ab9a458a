import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { JobScheduler } from '../../src/batches/job-scheduler.ts'
import { BatchLedger } from '../../src/batches/ledger/batch-ledger.ts'
import type { KeptInputs, KeptLedger } from '../../src/batches/ledger/kept-ledger.ts'
import { NeededBatches } from '../../src/batches/ledger/needed-batches.ts'
import type { BlockStore } from '../../src/sources/receiver/block-log.ts'
import { CustomBlockStore } from '../../src/sources/receiver/custom-block-store.ts'
import { FileBlockStore } from '../../src/sources/receiver/file-block-store.ts'
import { StreamBlocks } from '../../src/sources/receiver/stream-blocks.ts'
import { HistorySearch } from '../model/histories/search.ts'
import { INTERVAL_S } from '../model/histories/streams.ts'

/** A defect that so many histories do not find is one that the search cannot be trusted with. */
const MAX_HISTORIES = 600
const FIRST_SEED = 1
/** How far back a planted defect lets go of what earlier batches need. */
const LET_GO_MS = 20 * INTERVAL_S * 1000

/** Times of batches, in milliseconds, whose jobs the scheduler of the run that is under way was given. */
function submittedTimes(t: TestContext): ReadonlySet<number> {
  const times = new Set<number>()
  const { submitJobs } = JobScheduler.prototype
  const { open } = BatchLedger.prototype
  t.mock.method(
    JobScheduler.prototype,
    'submitJobs',
    function (this: JobScheduler, ...args: Parameters<typeof submitJobs>) {
      times.add(args[0].milliseconds)
      submitJobs.apply(this, args)
    },
  )
  t.mock.method(BatchLedger.prototype, 'open', function (this: BatchLedger, ...args: Parameters<typeof open>) {
    times.clear()
    open.apply(this, args)
  })
  return times
}

/** Checkpoints hold the ledger with a part of it changed. */
function keepChanged(t: TestContext, change: (kept: KeptLedger) => KeptLedger): void {
  const { toKept } = BatchLedger.prototype
  t.mock.method(BatchLedger.prototype, 'toKept', function (this: BatchLedger) {
    return change(toKept.call(this))
  })
}

/** A block that a log refuses leaves its number to the next one. */
function reuseNumbers(t: TestContext, store: BlockStore): void {
  const refused = new WeakMap<BlockStore, number>()
  const { append } = store
  const reusing = async function (this: BlockStore, ...[block, data]: Parameters<BlockStore['append']>) {
    const count = refused.get(this) ?? 0
    try {
      return await append.call(this, { ...block, sequence: block.sequence - count }, data)
    } catch (error) {
      refused.set(this, count + 1)
      throw error
    }
  }
  t.mock.method(store, 'append', reusing)
}

const DEFECTS: Readonly<Record<string, (t: TestContext) => void>> = {
  'blocks of a batch that are freed as soon as a later one has ended': (t) => {
    const { attemptEnded } = StreamBlocks.prototype
    t.mock.method(StreamBlocks.prototype, 'attemptEnded', function (this: StreamBlocks, time: number) {
      attemptEnded.call(this, time)
      for (let ms = INTERVAL_S * 1000; ms <= LET_GO_MS; ms += INTERVAL_S * 1000) this.forget(time - ms, true)
    })
  },
  'a batch that counts as completed because its generation failed': (t) => {
    const submitted = submittedTimes(t)
    const { failed } = BatchLedger.prototype
    t.mock.method(BatchLedger.prototype, 'failed', function (this: BatchLedger, time: number) {
      if (submitted.has(time)) return failed.call(this, time)
      this.completed(time)
      return null
    })
  },
  'a batch whose input is forgotten because its checkpoint could not be written': (t) => {
    const submitted = submittedTimes(t)
    const isKept = ([time]: [string, KeptInputs]) => submitted.has(Number(time))
    keepChanged(t, ({ unfinished, finished }) => ({
      unfinished: Object.fromEntries(
        Object.entries(unfinished).map((entry): [string, KeptInputs] => (isKept(entry) ? entry : [entry[0], {}])),
      ),
      finished,
    }))
  },
  'a number of a refused block that is given to the next one': (t) => {
    reuseNumbers(t, FileBlockStore.prototype)
    reuseNumbers(t, CustomBlockStore.prototype)
  },
  'batches that have not ended and are not in the checkpoint': (t) => {
    keepChanged(t, ({ finished }) => ({ unfinished: {}, finished }))
  },
  'states and inputs that a batch that failed long ago reaches back to, and that are let go': (t) => {
    const { gaps } = NeededBatches.prototype
    const newest = (needed: NeededBatches, reachMs: number) => gaps.call(needed, reachMs).at(-1)!.to
    t.mock.method(NeededBatches.prototype, 'includes', function (this: NeededBatches, time: number, reachMs: number) {
      return time >= newest(this, reachMs)
    })
    t.mock.method(NeededBatches.prototype, 'gaps', function (this: NeededBatches, reachMs: number) {
      return [{ from: Number.NEGATIVE_INFINITY, to: newest(this, reachMs) }]
    })
  },
}

describe('the search through histories', () => {
  for (const [defect, plant] of Object.entries(DEFECTS)) {
    test(`finds ${defect}`, async (t) => {
      plant(t)
      await using search = new HistorySearch()
      for (let seed = FIRST_SEED; seed < FIRST_SEED + MAX_HISTORIES; seed++) {
        const failed = await search.runSeed(seed)
        if (failed === null) continue
        t.diagnostic(`after ${seed - FIRST_SEED + 1} histories: ${failed.message.split('\n')[0]}`)
        return
      }
      assert.fail(`not found in ${MAX_HISTORIES} histories`)
    })
  }
})
