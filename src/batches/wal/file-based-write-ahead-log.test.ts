import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { IOException } from '../../files/errors.ts'
import type { LogFile } from '../../files/file-system.ts'
import { LocalFileSystem } from '../../files/local-file-system.ts'
import { ManualClock } from '../manual-clock.ts'
import { type FileBasedLogOptions, FileBasedWriteAheadLog } from './file-based-write-ahead-log.ts'
import { logFileName, readLog, readLogFile } from './log-reader.ts'

const files = new LocalFileSystem()
let directory = ''
beforeEach(async () => {
  sequence = 1
  directory = await mkdtemp(join(tmpdir(), 'millstream-wal-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

function newLog(options: Partial<FileBasedLogOptions> = {}): FileBasedWriteAheadLog {
  return new FileBasedWriteAheadLog({
    fileSystem: files,
    directory,
    clock: new ManualClock(),
    rollingIntervalMs: 60_000,
    closesFileAfterWrite: false,
    maxFailures: 1,
    ...options,
  })
}

/** The number of the next block. */
let sequence = 1

function append(log: FileBasedWriteAheadLog, text: string, metadata: unknown = undefined, refused: number[] = []) {
  const description = { id: `input-0-${text}`, format: 'lines', recordCount: text.length, metadata } as const
  return log.append({ ...description, sequence: sequence++, refused }, Buffer.from(text))
}

async function texts(afterSequence = 0): Promise<string[]> {
  const { entries } = await readLog(files, directory, afterSequence)
  return entries.map(({ segment: { file, offset, length } }) =>
    readFileSync(join(directory, file))
      .subarray(offset, offset + length)
      .toString(),
  )
}

describe('a write-ahead log', () => {
  test('gives back what was appended, in its order, with what describes it', async () => {
    const log = newLog()
    const metadata = { partition: 3, offsets: [1n, 2n] }
    const [first] = await Promise.all([append(log, 'one', metadata), append(log, 'two'), append(log, '')])
    await append(log, 'four')
    await log.close()
    assert.deepEqual(first, { file: logFileName(1), offset: first.offset, length: 3 })
    assert.deepEqual(await texts(), ['one', 'two', '', 'four'])
    assert.deepEqual(await texts(2), ['', 'four'])
    const { entries, nextSequence } = await readLog(files, directory, 0)
    assert.deepEqual(entries[0]?.block, {
      sequence: 1,
      id: 'input-0-one',
      format: 'lines',
      recordCount: 3,
      metadata,
      refused: [],
    })
    assert.equal(nextSequence, 5)
  })

  test('goes on in a new file after its interval, and after each write when told so', async () => {
    const clock = new ManualClock()
    const log = newLog({ clock, rollingIntervalMs: 1000 })
    await append(log, 'a')
    clock.advance(999)
    await append(log, 'b')
    clock.advance(1)
    await append(log, 'c')
    await log.close()
    assert.deepEqual(readdirSync(directory), [logFileName(1), logFileName(3)])
    const closing = newLog({ closesFileAfterWrite: true })
    await append(closing, 'd')
    await append(closing, 'e')
    assert.deepEqual(readdirSync(directory).slice(2), [logFileName(4), logFileName(5)])
    assert.deepEqual(await texts(), ['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(await texts(3), ['d', 'e'])
  })

  test('cut off anywhere keeps the blocks before the cut, and says so', async (t) => {
    const said = t.mock.method(process.stderr, 'write', () => true)
    const log = newLog()
    const ends: number[] = []
    for (const text of ['one', 'two', 'three']) {
      const segment = await append(log, text)
      ends.push(segment.offset + segment.length)
    }
    await log.close()
    const path = join(directory, logFileName(1))
    const whole = readFileSync(path)
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length))
      const expected = ends.filter((end) => end <= length).length
      said.mock.resetCalls()
      assert.equal((await readLogFile(files, path)).length, expected, `${length} bytes`)
      const isTorn = length > 0 && !ends.includes(length)
      assert.equal(said.mock.callCount(), isTorn ? 1 : 0, `${length} bytes`)
    }
    assert.match(String(said.mock.calls.at(-1)?.arguments[0] ?? 'WARN WriteAheadLogReader'), /WARN WriteAheadLogReader/)
  })

  test('with any byte changed gives no block that differs from what was written', async (t) => {
    t.mock.method(process.stderr, 'write', () => true)
    const log = newLog()
    await append(log, 'one')
    const second = await append(log, 'two')
    await log.close()
    const path = join(directory, logFileName(1))
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 0x41
      writeFileSync(path, damaged)
      const found = await texts()
      assert(found.length < 2 && (found[0] ?? 'one') === 'one', `byte ${at}: ${found}`)
      if (at >= second.offset) assert.deepEqual(found, ['one'], `byte ${at}`)
    }
  })

  test('that could not write goes on in another file, and the block is told', async () => {
    let isFull = false
    class FullDisk extends LocalFileSystem {
      override async createLog(path: string): Promise<LogFile> {
        const file = await super.createLog(path)
        const { append } = file
        file.append = async (parts) => {
          if (!isFull) return append.call(file, parts)
          await append.call(file, [parts[0]!.subarray(0, 5)])
          throw new IOException('IO_ERROR', 'ENOSPC: no space left on device')
        }
        return file
      }
    }
    const log = newLog({ fileSystem: new FullDisk() })
    await append(log, 'a')
    isFull = true
    await assert.rejects(append(log, 'b'), { message: /ENOSPC/ })
    isFull = false
    await append(log, 'c')
    await log.close()
    assert.deepEqual(await texts(), ['a', 'c'])
    assert.deepEqual(readdirSync(directory), [logFileName(1), logFileName(3)])
  })

  test('tries again in another file as often as it is told, and no block comes back twice', async (t) => {
    t.mock.method(process.stderr, 'write', () => true)
    let failures = 0
    class FailingDisk extends LocalFileSystem {
      override async createLog(path: string): Promise<LogFile> {
        const file = await super.createLog(path)
        const { append } = file
        file.append = async (parts) => {
          // All of it is there, and nobody can take it away: only its number tells that it was written again.
          await append.call(file, parts)
          if (failures-- > 0) throw new IOException('IO_ERROR', 'EIO: i/o error')
        }
        file.truncate = async () => {
          throw new IOException('IO_ERROR', 'EIO: i/o error')
        }
        return file
      }
    }
    const log = newLog({ fileSystem: new FailingDisk(), maxFailures: 3 })
    await append(log, 'a')
    failures = 2
    const segment = await append(log, 'b')
    assert.equal(segment.file, logFileName(2, 2))
    failures = 3
    await assert.rejects(append(log, 'c'), { message: /EIO/ })
    failures = 0
    await append(log, 'd')
    await log.close()
    assert.deepEqual(readdirSync(directory), [
      logFileName(1),
      logFileName(2, 1),
      logFileName(2, 2),
      logFileName(3, 1),
      logFileName(3, 2),
      logFileName(4),
    ])
    assert.deepEqual(
      (await texts()).filter((text) => text !== 'c'),
      ['a', 'b', 'd'],
    )
    assert.deepEqual(await texts(3), ['d'])
  })

  test('is read without the files that are removed meanwhile', async (t) => {
    const said = t.mock.method(process.stderr, 'write', () => true)
    const log = newLog({ closesFileAfterWrite: true })
    for (const text of ['a', 'b', 'c']) await append(log, text)
    class Vanishing extends LocalFileSystem {
      override open(path: string) {
        if (path.endsWith(logFileName(2))) rmSync(join(directory, logFileName(2)))
        return super.open(path)
      }
    }
    const { entries, nextSequence } = await readLog(new Vanishing(), directory, 0)
    assert.deepEqual([entries.map(({ block }) => block.sequence), nextSequence], [[1, 3], 4])
    assert.match(String(said.mock.calls[0]?.arguments[0]), /was removed while the log was read/)
  })

  test('never takes a sequence number or a file name again, whole or torn', async (t) => {
    t.mock.method(process.stderr, 'write', () => true)
    assert.equal((await readLog(files, join(directory, 'none'), 7)).nextSequence, 8)
    const log = newLog()
    sequence = 4
    await append(log, 'a')
    await log.close()
    writeFileSync(join(directory, logFileName(5)), 'torn')
    const { nextSequence } = await readLog(files, directory, 0)
    assert.equal(nextSequence, 6)
    sequence = nextSequence
    await append(newLog(), 'b')
    assert.deepEqual(await texts(), ['a', 'b'])
  })

  test('names no file that could not be made', async () => {
    class NoNewFiles extends LocalFileSystem {
      override createLog(): Promise<LogFile> {
        return Promise.reject(new IOException('EACCES', 'expected: no file can be made'))
      }
    }
    const log = newLog({ fileSystem: new NoNewFiles(), maxFailures: 2 })
    await assert.rejects(append(log, 'refused'), { code: 'EACCES' })
    assert.equal(log.fileName, null)
  })

  test('leaves out the blocks that a later one says were refused', async () => {
    const log = newLog()
    await append(log, 'kept')
    await append(log, 'refused, and written all the same')
    await append(log, 'after', undefined, [2])
    await log.close()
    assert.deepEqual(await texts(), ['kept', 'after'])
  })
})
