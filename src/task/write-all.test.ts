import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { shortWrites } from '../../test/short-writes.ts'
import { RecordCodec } from './codec/index.ts'
import { FrameFile, framesReader } from './frames.ts'
import { ColdFile } from './state/cold-file.ts'
import { writeAll } from './write-all.ts'

describe('a system call that writes a part of what it is given', () => {
  let directory = ''
  beforeEach(() => {
    directory = fs.mkdtempSync(join(tmpdir(), 'write-all-'))
  })
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }))

  test('writeAll writes the rest, behind what was written last or at a place', () => {
    const path = join(directory, 'file')
    const file = fs.openSync(path, 'w+')
    {
      using short = shortWrites()
      writeAll(file, Buffer.from('0123456789'))
      writeAll(file, Buffer.from('abcdefgh'))
      writeAll(file, Buffer.from('ABCD'), 2)
      writeAll(file, new Uint8Array(0))
      assert(short.count > 3)
    }
    fs.closeSync(file)
    assert.equal(fs.readFileSync(path, 'utf8'), '01ABCD6789abcdefgh')
  })

  test('writeAll fails when the system takes nothing at all', () => {
    const whole = fs.writeSync
    fs.writeSync = (() => 0) as typeof fs.writeSync
    try {
      assert.throws(() => writeAll(1, Buffer.from('abc')), /takes no further byte: 0 of 3/)
    } finally {
      fs.writeSync = whole
    }
  })

  test('frames of spills, shuffles and persisted partitions are whole', () => {
    const codec = new RecordCodec()
    const file = new FrameFile(directory, 'frames', codec)
    const records = Array.from({ length: 3000 }, (_, n) => `record ${n}`)
    using short = shortWrites()
    const stored = [records.slice(0, 10), records.slice(10, 2000), records.slice(2000)].map((chunk) =>
      file.append(chunk),
    )
    file.close()
    assert(short.count > 3)
    assert.deepEqual(
      stored.flatMap((bytes) => framesReader(bytes, codec).next() as string[]),
      records,
    )
  })

  test('a frame is written at its place although a part of an earlier one was written before the disk was full', () => {
    const codec = new RecordCodec()
    const file = new FrameFile(directory, 'frames', codec)
    const whole = fs.writeSync as (...args: unknown[]) => number
    const full = (fd: number, bytes: Uint8Array) => {
      whole(fd, bytes, 0, 3, 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    fs.writeSync = full as never
    try {
      assert.throws(() => file.append(['lost']), { code: 'ENOSPC' })
    } finally {
      fs.writeSync = whole as never
    }
    const stored = file.append(['kept'])
    file.close()
    assert.deepEqual(framesReader(stored, codec).next(), ['kept'])
  })

  test('entries of a state that overflowed are whole', () => {
    const file = new ColdFile(directory, new RecordCodec())
    using short = shortWrites()
    const long = 'x'.repeat(100_000)
    const places = Array.from({ length: 20 }, (_, n) => file.append(`key ${n}`, `${n} ${long}`))
    assert(short.count > 2)
    for (const [n, place] of places.entries()) assert.deepEqual(file.read(place), [`key ${n}`, `${n} ${long}`])
    file.remove()
  })
})
