import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { IOException } from '../../files/errors.ts'
import type { CreateOptions, OutputFile } from '../../files/file-system.ts'
import { registerFileSystem } from '../../files/file-systems.ts'
import { LocalFileSystem } from '../../files/local-file-system.ts'
import type { Checkpoint, RDDFiles } from './checkpoint.ts'
import { CheckpointDirectory } from './checkpoint-directory.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-checkpoints-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const NOTHING_UNFINISHED = { unfinished: {}, finished: {} }

function checkpointAt(time: number, rdds?: Record<string, RDDFiles>): Checkpoint {
  const operators = { state: { description: 'updateStateByKey at app.ts:1:1', ...(rdds && { rdds }) } }
  return {
    batchIntervalMs: 1000,
    zeroTime: 0,
    checkpointTime: time,
    ledger: { unfinished: { [time]: {} }, finished: {} },
    operators,
  }
}

/** Writes a part as a task does. */
function dataIn(directory: string, text: string): RDDFiles {
  const path = join(root, directory, 'part-00000')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  const parts = [{ bytes: text.length, records: 1, crc32: crc32(text) }]
  return { partitioner: null, snapshot: { directory, parts }, changes: [] }
}

async function opened(): Promise<CheckpointDirectory> {
  const directory = new CheckpointDirectory(root)
  await directory.open()
  return directory
}

async function newestTime(): Promise<number | undefined> {
  return (await new CheckpointDirectory(root).readNewest())?.checkpoint.checkpointTime
}

describe('a checkpoint directory', () => {
  test('gives back the newest checkpoint, and none when it is empty or not there', async () => {
    assert.equal(await newestTime(), undefined)
    rmSync(root, { recursive: true })
    assert.equal(await newestTime(), undefined)
    const directory = await opened()
    for (const time of [9000, 10_000]) await directory.write(checkpointAt(time))
    assert.deepEqual((await directory.readNewest())?.checkpoint, checkpointAt(10_000))
  })

  test('keeps the checkpoint of the same time that another replaces, as the older of both', async () => {
    const directory = await opened()
    await directory.write(checkpointAt(1000))
    await directory.write({ ...checkpointAt(1000), ledger: NOTHING_UNFINISHED })
    assert.deepEqual(readdirSync(root).sort(), ['checkpoint-1000', 'checkpoint-1000.bk'])
    assert.deepEqual((await directory.readNewest())?.checkpoint.ledger.unfinished, {})
    rmSync(join(root, 'checkpoint-1000'))
    assert.deepEqual((await directory.readNewest())?.checkpoint.ledger.unfinished, { 1000: {} })
  })

  test('keeps the newest ten, and of the data what they refer to', async () => {
    const directory = await opened()
    const first = dataIn('operators/state/1', 'a')
    const second = dataIn('operators/state/2', 'b')
    for (let i = 1; i <= 13; i++) await directory.write(checkpointAt(i * 1000, { 1: i <= 3 ? first : second }))
    assert.equal(readdirSync(root).filter((name) => name.startsWith('checkpoint-')).length, 10)
    assert.deepEqual(readdirSync(join(root, 'operators/state')), ['2'])
  })

  test('takes away what a killed run left half done, and data that no checkpoint refers to', async () => {
    const directory = await opened()
    dataIn('operators/state/stray', 'b')
    await directory.write(checkpointAt(1000, { 1: dataIn('operators/state/kept', 'a') }))
    writeFileSync(join(root, '.checkpoint-2000.x.tmp'), 'half')
    await opened()
    assert.deepEqual(readdirSync(root).sort(), ['checkpoint-1000', 'operators'])
    assert.deepEqual(readdirSync(join(root, 'operators/state')), ['kept'])
  })
})

describe('a checkpoint that is not as it was written', () => {
  const damages: Record<string, (file: string) => void> = {
    'cut off in its header': (file) => truncateSync(file, 10),
    'cut off in its content': (file) => truncateSync(file, readFileSync(file).length - 1),
    empty: (file) => truncateSync(file, 0),
    'with a byte changed': (file) => {
      const bytes = readFileSync(file)
      bytes[bytes.length - 5]! ^= 1
      writeFileSync(file, bytes)
    },
    'of a later version of the format': (file) => {
      writeFileSync(file, readFileSync(file, 'utf8').replace('"version":2', '"version":3'))
    },
    'no checkpoint at all': (file) => writeFileSync(file, '{"some":"json"}\n{}'),
  }
  for (const [damage, inflict] of Object.entries(damages)) {
    test(`${damage}: the one before it is taken, and the log says so`, async (t) => {
      const directory = await opened()
      await directory.write(checkpointAt(1000))
      await directory.write(checkpointAt(2000))
      inflict(join(root, 'checkpoint-2000'))
      const said = t.mock.method(process.stderr, 'write', () => true)
      assert.equal(await newestTime(), 1000)
      const log = said.mock.calls.map((call) => String(call.arguments[0])).join('')
      assert.match(
        log,
        /WARN CheckpointReader: Falling back to .*checkpoint-1000, as .*checkpoint-2000 cannot be used: it/,
      )
    })
  }

  test('with data that is gone, cut off or changed: the one before it is taken', async (t) => {
    t.mock.method(process.stderr, 'write', () => true)
    const directory = await opened()
    await directory.write(checkpointAt(1000, { 1: dataIn('operators/state/1', 'aaa') }))
    await directory.write(checkpointAt(2000, { 2: dataIn('operators/state/2', 'bbb') }))
    assert.equal(await newestTime(), 2000)
    const part = join(root, 'operators/state/2/part-00000')
    for (const text of ['bb', 'bbc', '']) {
      writeFileSync(part, text)
      assert.equal(await newestTime(), 1000, `'${text}'`)
    }
    rmSync(part)
    assert.equal(await newestTime(), 1000)
  })

  test('as all others: an error in the words of Spark that says why', async (t) => {
    t.mock.method(process.stderr, 'write', () => true)
    const directory = await opened()
    await directory.write(checkpointAt(1000))
    truncateSync(join(root, 'checkpoint-1000'), 3)
    await assert.rejects(directory.readNewest(), (error: Error & { code: string }) => {
      assert.equal(error.code, 'CHECKPOINT_UNREADABLE')
      assert.match(
        error.message,
        /^Failed to read checkpoint from directory file:.*checkpoint-1000 cannot be used: its 3 bytes/,
      )
      return true
    })
  })
})

describe('a checkpoint that cannot be written', () => {
  /** Fails as a full disk, or a directory without write permission, does. */
  class FailingFileSystem extends LocalFileSystem {
    failure: { readonly in: 'create' | 'write' | 'commit'; readonly reason: string } | null = null

    override async create(path: string, options?: CreateOptions): Promise<OutputFile> {
      const { failure } = this
      const fail = () => {
        throw new IOException('IO_ERROR', `${path}: ${failure!.reason}`)
      }
      if (failure?.in === 'create') fail()
      const file = await super.create(path, options)
      if (failure?.in === 'write') file.write = async () => fail()
      if (failure?.in === 'commit') file.commit = async () => fail()
      return file
    }
  }
  const fileSystem = new FailingFileSystem()
  beforeEach(() => registerFileSystem('file', () => fileSystem))
  afterEach(() => {
    fileSystem.failure = null
    registerFileSystem('file', () => new LocalFileSystem())
  })

  for (const failure of [
    { in: 'create', reason: 'EROFS: read-only file system' },
    { in: 'write', reason: 'ENOSPC: no space left on device' },
    { in: 'commit', reason: 'ENOSPC: no space left on device' },
  ] as const) {
    test(`on ${failure.in}: a clear error, and the checkpoints before are as they were`, async () => {
      const directory = await opened()
      await directory.write(checkpointAt(1000))
      for (const time of [1000, 2000]) {
        fileSystem.failure = failure
        await assert.rejects(directory.write({ ...checkpointAt(time), ledger: NOTHING_UNFINISHED }), (error: Error) => {
          assert.equal(error.name, 'CheckpointWriteError')
          assert.match(
            error.message,
            new RegExp(`^Could not write checkpoint for time ${time} ms to file:.*in 3 attempts: .*`),
          )
          assert(error.message.includes(failure.reason))
          return true
        })
        fileSystem.failure = null
        assert.deepEqual((await new CheckpointDirectory(root).readNewest())?.checkpoint, checkpointAt(1000))
        assert.deepEqual(
          readdirSync(root).filter((name) => name.startsWith('.')),
          [],
        )
      }
      await directory.write(checkpointAt(3000))
      assert.equal(await newestTime(), 3000)
    })
  }
})
