import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../batches/manual-clock.ts'
import { BlockLog, type BlockStore } from './block-log.ts'

test('a block that the log does not take in time is given up, and its memory is kept until the log is done with it', async () => {
  const clock = new ManualClock()
  const finished: (() => void)[] = []
  const appended: unknown[] = []
  const store: BlockStore = {
    directory: 'receivedData/words',
    fileName: null,
    open: async () => ({ blocks: [], nextSequence: 7 }),
    restore: () => Promise.reject(new Error('nothing was kept')),
    append: ({ sequence, refused }) => {
      appended.push([sequence, refused])
      return new Promise((resolve) => finished.push(() => resolve({ sequence, handle: null })))
    },
    clean: async () => {},
    close: async () => {},
  }
  const log = new BlockLog(store, clock, 7, 30_000)
  const description = { id: 'input-0-1', format: 'records', recordCount: 1, metadata: undefined } as const
  const late = log.append(description, new Uint8Array(3))
  await Promise.resolve()
  let isDone = false
  void late.done.then(() => {
    isDone = true
  })
  clock.advance(30_000)
  await assert.rejects(late.place, {
    code: 'WRITE_AHEAD_LOG_FAILED',
    message: /^Block input-0-1 \(3 bytes\) could not be written .*receivedData\/words: it was not done within 30000 ms/,
  })
  assert.deepEqual([isDone, log.settledUpTo], [false, 7])
  finished[0]?.()
  await late.done
  const inTime = log.append(description, new Uint8Array(3))
  await Promise.resolve()
  finished[1]?.()
  assert.deepEqual(await inTime.place, { sequence: 8, handle: null })
  // The block that was given up is in the log all the same: the next one says so, once.
  const next = log.append(description, new Uint8Array(3))
  await Promise.resolve()
  finished[2]?.()
  await next.place
  assert.deepEqual(appended, [
    [7, []],
    [8, [7]],
    [9, []],
  ])
  assert.equal(clock.waiterCount, 0)
})
