import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { IOException } from '../../files/errors.ts'
import type { CreateOptions, OutputFile } from '../../files/file-system.ts'
import { registerFileSystem } from '../../files/file-systems.ts'
import { LocalFileSystem } from '../../files/local-file-system.ts'
import { BatchLedger } from '../ledger/batch-ledger.ts'
import { CheckpointDirectory } from './checkpoint-directory.ts'

/** Milliseconds between batches. */
const INTERVAL_MS = 50

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-segments-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const positionsOf = (time: number) => ({ from: time - INTERVAL_MS, to: time })

/** A run whose batches are over at once, and that remembers them for so many batches. */
class Run {
  readonly ledger: BatchLedger
  readonly directory = new CheckpointDirectory(root)
  readonly #remembered: number
  #batch: number

  private constructor(segmentSize: number, remembered: number, batch: number) {
    this.ledger = new BatchLedger({ maxAttempts: 1, retryDelayMs: 0, maxWaiting: 100, segmentSize })
    this.#remembered = remembered
    this.#batch = batch
  }

  /** Goes on from the newest checkpoint, if there is one. */
  static async start({ segmentSize = 4, remembered = 1000 } = {}): Promise<Run> {
    const read = await new CheckpointDirectory(root).readNewest()
    const run = new Run(segmentSize, remembered, (read?.checkpoint.checkpointTime ?? 0) / INTERVAL_MS)
    if (read !== null) run.ledger.restore(read.checkpoint.ledger)
    run.ledger.open(true, () => [])
    await run.directory.open()
    return run
  }

  /** Runs so many batches; those at the times in `failing` fail. */
  batches(count: number, failing: readonly number[] = []): void {
    const { ledger } = this
    for (let i = 0; i < count; i++) {
      const time = ++this.#batch * INTERVAL_MS
      ledger.due(time)
      ledger.fixInput(time, 'source', positionsOf(time))
      ledger.planned(time)
      ledger.beginAttempt(time)
      if (failing.includes(time)) ledger.failed(time)
      else {
        ledger.completed(time)
        ledger.settled(time)
      }
      ledger.forget(this.#remembered * INTERVAL_MS)
    }
  }

  write(): Promise<void> {
    return this.directory.write({
      batchIntervalMs: INTERVAL_MS,
      zeroTime: 0,
      checkpointTime: this.ledger.newestDue,
      ledger: this.ledger.toKept(),
      operators: {},
    })
  }
}

function segmentFiles(): string[] {
  return existsSync(join(root, 'ledger')) ? readdirSync(join(root, 'ledger')) : []
}

/** First and last batch of each segment that is on the disk, in the order of their times, counted from 1. */
function segments(): string[] {
  const ranges = segmentFiles().map((name) =>
    name
      .split('-')
      .slice(0, 2)
      .map((time) => Number(time) / INTERVAL_MS),
  )
  return ranges.sort(([a], [b]) => a! - b!).map(([first, last]) => `${first}-${last}`)
}

/** The finished batches that the newest checkpoint gives to the next run, counted from 1. */
async function finished(): Promise<number[]> {
  const { ledger } = (await new CheckpointDirectory(root).readNewest())!.checkpoint
  return Object.keys(ledger.finished)
    .map((time) => Number(time) / INTERVAL_MS)
    .sort((a, b) => a - b)
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('ledger segments', () => {
  test('are written once, and a checkpoint gives back what is in them', async () => {
    const run = await Run.start()
    run.batches(10)
    await run.write()
    assert.deepEqual(segments(), ['1-4', '5-8'])
    const written = segmentFiles().map((name) => statSync(join(root, 'ledger', name)).ino)
    run.batches(1)
    await run.write()
    assert.deepEqual(
      segmentFiles().map((name) => statSync(join(root, 'ledger', name)).ino),
      written,
    )
    assert.deepEqual(await finished(), range(1, 11))
    const { ledger } = (await new CheckpointDirectory(root).readNewest())!.checkpoint
    for (const [time, inputs] of Object.entries(ledger.finished)) {
      assert.deepEqual(inputs, { source: positionsOf(Number(time)) })
    }
  })

  test('give back no batch that was forgotten, at the beginning or in the midst of a segment', async () => {
    const run = await Run.start({ segmentSize: 8, remembered: 2 })
    run.batches(1)
    run.batches(5, [3 * INTERVAL_MS])
    await run.write()
    assert.deepEqual(segments(), [])
    assert.deepEqual(await finished(), [2, 5, 6], '2 for the batch that failed')

    const longer = await Run.start({ segmentSize: 3, remembered: 2 })
    await longer.write()
    assert.deepEqual(segments(), ['2-6'])
    longer.batches(1)
    await longer.write()
    assert.deepEqual(await finished(), [2, 6, 7])
  })

  test('go with the last checkpoint that refers to them', async () => {
    const run = await Run.start({ remembered: 6 })
    for (let i = 0; i < 18; i++) {
      run.batches(1)
      await run.write()
    }
    assert.deepEqual(
      segments(),
      ['1-4', '5-8', '9-12', '13-16'],
      'the checkpoint of batch 9 is kept, which has batch 4',
    )
    run.batches(1)
    await run.write()
    assert.deepEqual(segments(), ['5-8', '9-12', '13-16'])
    assert.deepEqual(await finished(), range(14, 19))
  })

  test('go when checkpoints of the same time replace the one that referred to them', async () => {
    const run = await Run.start()
    run.batches(4)
    run.ledger.due(5 * INTERVAL_MS)
    await run.write()
    run.batches(1)
    run.ledger.forget(1)
    await run.write()
    assert.deepEqual(segments(), ['1-4'], 'the backup has it')
    await run.write()
    assert.deepEqual(segments(), [])
  })

  test('hold all batches that are remembered anew after a restart', async () => {
    const before = await Run.start()
    before.batches(10)
    await before.write()
    const after = await Run.start()
    after.batches(3)
    await after.write()
    assert.deepEqual(segments(), ['1-4', '5-8', '9-12'])
    assert.deepEqual(await finished(), range(1, 13))
  })

  test('that a killed run wrote without a checkpoint are removed by the next, and nothing is lost', async () => {
    const run = await Run.start()
    run.batches(3)
    await run.write()
    const newest = readFileSync(join(root, `checkpoint-${3 * INTERVAL_MS}`))
    run.batches(2)
    await run.write()
    // As if the run had been killed between the segment and the checkpoint.
    rmSync(join(root, `checkpoint-${5 * INTERVAL_MS}`))
    writeFileSync(join(root, 'ledger/.250-400-0.x.tmp'), 'half')
    assert.deepEqual(newest, readFileSync(join(root, `checkpoint-${3 * INTERVAL_MS}`)))
    await Run.start()
    assert.deepEqual(segmentFiles(), [])
    assert.deepEqual(await finished(), range(1, 3))
  })

  test('of thousands of batches come back whole, run after run', async () => {
    const remembered = 3000
    for (let to = 2500; to <= 7500; to += 2500) {
      const run = await Run.start({ segmentSize: 128, remembered })
      for (let i = 0; i < 5; i++) {
        run.batches(500)
        await run.write()
      }
      assert.deepEqual(await finished(), range(Math.max(1, to - remembered + 1), to))
    }
    const { size } = statSync(join(root, `checkpoint-${7500 * INTERVAL_MS}`))
    assert(size < 20_000, `a checkpoint of ${remembered} batches has ${size} bytes`)
    assert(segmentFiles().length < 100, String(segmentFiles().length))
  })
})

describe('a checkpoint with a segment that', () => {
  const damages: Record<string, (file: string) => void> = {
    'is gone': (file) => rmSync(file),
    'was cut off': (file) => writeFileSync(file, readFileSync(file).subarray(1)),
    'was changed': (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('200', '201')),
  }
  for (const [damage, inflict] of Object.entries(damages)) {
    test(`${damage} gives way to the one before`, async (t) => {
      const said = t.mock.method(process.stderr, 'write', () => true)
      const run = await Run.start()
      run.batches(3)
      await run.write()
      run.batches(1)
      await run.write()
      inflict(join(root, 'ledger', segmentFiles()[0]!))
      assert.deepEqual(await finished(), range(1, 3))
      assert.match(
        said.mock.calls.map((call) => String(call.arguments[0])).join(''),
        /Falling back to .*checkpoint-150, as .*checkpoint-200 cannot be used: .*ledger\/50-200-/,
      )
    })
  }
})

describe('a segment that cannot be written', () => {
  class FullDisk extends LocalFileSystem {
    isFull = false
    override async create(path: string, options?: CreateOptions): Promise<OutputFile> {
      if (this.isFull && path.includes('/ledger/')) throw new IOException('IO_ERROR', `${path}: ENOSPC`)
      return super.create(path, options)
    }
  }
  const disk = new FullDisk()
  beforeEach(() => registerFileSystem('file', () => disk))
  afterEach(() => registerFileSystem('file', () => new LocalFileSystem()))

  test('fails the checkpoint, and the next one writes it', async () => {
    const run = await Run.start()
    run.batches(3)
    await run.write()
    run.batches(2)
    disk.isFull = true
    await assert.rejects(run.write(), {
      name: 'CheckpointWriteError',
      message: /in 3 attempts: .*ledger\/50-200-.*ENOSPC/,
    })
    assert.deepEqual(await finished(), range(1, 3))
    disk.isFull = false
    await run.write()
    assert.deepEqual(segments(), ['1-4'])
    assert.deepEqual(await finished(), range(1, 5))
  })

  test('nor the checkpoint after it: the segment is not written again, and goes when its batches are forgotten first', async (t) => {
    const run = await Run.start()
    run.batches(4)
    const create = disk.create.bind(disk)
    const created = t.mock.method(disk, 'create', (path: string) => {
      if (!path.includes('/ledger/')) throw new IOException('IO_ERROR', `${path}: ENOSPC`)
      return create(path)
    })
    await assert.rejects(run.write(), { name: 'CheckpointWriteError' })
    await assert.rejects(run.write(), { name: 'CheckpointWriteError' })
    assert.equal(created.mock.calls.filter(({ arguments: [path] }) => String(path).includes('/ledger/')).length, 1)
    created.mock.restore()
    assert.deepEqual(segments(), ['1-4'])
    run.batches(1)
    run.ledger.forget(1)
    await run.write()
    assert.deepEqual(segments(), [])
    assert.deepEqual(await finished(), [5])
  })
})
