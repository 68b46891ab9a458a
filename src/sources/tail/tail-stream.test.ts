import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ManualClock } from '../../batches/manual-clock.ts'
import { Time } from '../../batches/time.ts'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'
import { Collector } from '../../testing/collector.ts'
import { ListenerLog } from '../../testing/listener-log.ts'
import { StreamingHarness } from '../../testing/streaming-harness.ts'
import type { TailStreamOptions } from './tail-input-dstream.ts'

const root = mkdtempSync(join(tmpdir(), 'millstream-tail-'))
after(() => rmSync(root, { recursive: true }))

let count = 0
function newDirectory(): string {
  const directory = join(root, `logs-${count++}`)
  mkdirSync(directory)
  return directory
}

/** Files are as old as the clock says, which is at the beginning of time. */
const newHarness = () => new StreamingHarness({ startTime: Date.now(), master: 'local[1]' })

test('each batch has the whole lines that were appended since the one before', async () => {
  const path = join(newDirectory(), 'app.log')
  writeFileSync(path, 'old\n')
  await using harness = newHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  const output = harness.collect(harness.ssc.tailStream(path))
  await harness.ssc.start()
  appendFileSync(path, 'one\r\ntwo\nthr')
  await harness.advance()
  appendFileSync(path, 'ee\n\n')
  await harness.advance(2)
  assert.deepEqual(output.batches, [['one', 'two'], ['three', ''], []])
  const info = log.of('onBatchCompleted')[0]!.batchInfo.streamIdToInputInfo.get(0)!
  assert.equal(info.metadata.get('Description'), `${path} bytes 4 to 13`)
})

test('a stream begins at the end of the last whole line, or at the beginning where that is asked for', async () => {
  for (const [from, expected] of [
    ['end', ['half, completed']],
    ['beginning', ['old', 'half, completed']],
  ] as const) {
    const path = join(newDirectory(), 'app.log')
    writeFileSync(path, 'old\nhalf')
    await using harness = newHarness()
    const output = harness.collect(harness.ssc.tailStream(path, { from }))
    await harness.ssc.start()
    appendFileSync(path, ', completed\n')
    await harness.advance()
    assert.deepEqual(output.records, expected)
  }
})

test('a file that is renamed is read to its end, and the new one of its name from its beginning', async () => {
  const directory = newDirectory()
  const path = join(directory, 'app.log')
  writeFileSync(path, '')
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.tailStream(path))
  await harness.ssc.start()
  appendFileSync(path, 'a\n')
  await harness.advance()
  appendFileSync(path, 'b\n')
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'c\n')
  await harness.advance()
  // The writer may not have noticed yet.
  appendFileSync(`${path}.1`, 'late\n')
  renameSync(`${path}.1`, `${path}.2`)
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'd\n')
  await harness.advance()
  appendFileSync(`${path}.2`, 'unended')
  utimesSync(`${path}.2`, 1, 1)
  await harness.advance()
  assert.deepEqual(output.batches, [['a'], ['b', 'c'], ['late', 'd'], ['unended']])
})

test('a file that is renamed between the plan of a batch and its jobs is read under its new name', async () => {
  const path = join(newDirectory(), 'app.log')
  writeFileSync(path, '')
  await using harness = newHarness()
  const lines = harness.ssc.tailStream(path).transform((rdd, time) => {
    if (time.milliseconds === firstBatch) renameSync(path, `${path}.1`)
    return rdd
  })
  const output = harness.collect(lines)
  const firstBatch = (Math.floor(harness.clock.now() / 1000) + 1) * 1000
  await harness.ssc.start()
  appendFileSync(path, 'a\n')
  await harness.advance()
  assert.deepEqual(output.records, ['a'])
})

test('a file that is truncated, or replaced by another with its number, is read from its beginning', async () => {
  const path = join(newDirectory(), 'app.log')
  writeFileSync(path, '')
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.tailStream(path))
  await harness.ssc.start()
  appendFileSync(path, 'first\nsecond\n')
  await harness.advance()
  truncateSync(path)
  appendFileSync(path, 'x\n')
  await harness.advance()
  // Longer than before: only the first bytes tell.
  writeFileSync(path, 'another beginning\nand more\n')
  await harness.advance()
  rmSync(path)
  await harness.advance()
  writeFileSync(path, 'new\n')
  await harness.advance()
  assert.deepEqual(output.batches, [['first', 'second'], ['x'], ['another beginning', 'and more'], [], ['new']])
})

test('files that came and were rotated away between two batches are read, in their order', async () => {
  const path = join(newDirectory(), 'app.log')
  writeFileSync(`${path}.1`, 'rotated before the start\n')
  utimesSync(`${path}.1`, 1, 1)
  writeFileSync(path, '')
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.tailStream(path))
  await harness.ssc.start()
  appendFileSync(path, 'a\n')
  await harness.advance()
  const seconds = harness.clock.now() / 1000
  for (const [age, lines] of [
    [3, 'b\n'],
    [2, 'c\n'],
    [1, 'd\n'],
  ] as const) {
    appendFileSync(path, lines)
    utimesSync(path, seconds + 10 - age, seconds + 10 - age)
    renameSync(path, `${path}.${age + 1}`)
  }
  writeFileSync(`${path}.json`, 'another log\n')
  writeFileSync(path, 'e\n')
  await harness.advance(2)
  assert.deepEqual(output.batches, [['a'], ['b', 'c', 'd', 'e'], []])
})

test('what a copy took along before the file was truncated is read from the copy', async () => {
  for (const isDirectory of [false, true]) {
    const directory = newDirectory()
    const path = join(directory, 'app.log')
    writeFileSync(path, '')
    await using harness = newHarness()
    const output = harness.collect(harness.ssc.tailStream(isDirectory ? directory : path))
    await harness.ssc.start()
    appendFileSync(path, 'a\n')
    await harness.advance()
    appendFileSync(path, 'b\n')
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
    appendFileSync(path, 'c\n')
    await harness.advance(2)
    assert.deepEqual(output.batches, [['a'], ['b', 'c'], []])
  }
})

test('a directory and a pattern name files that come later; hidden and packed files, and those in sub-directories, are left out', async () => {
  const directory = newDirectory()
  mkdirSync(`${directory}/sub`)
  await using harness = newHarness()
  const ofDirectory = harness.collect(harness.ssc.tailStream(directory))
  const ofPattern = harness.collect(harness.ssc.tailStream(`${directory}/*.log`))
  await harness.ssc.start()
  writeFileSync(`${directory}/a.log`, 'a\n')
  writeFileSync(`${directory}/b.txt`, 'b\n')
  writeFileSync(`${directory}/.hidden.log`, 'no\n')
  writeFileSync(`${directory}/old.log.gz`, 'no\n')
  writeFileSync(`${directory}/sub/c.log`, 'no\n')
  await harness.advance()
  appendFileSync(`${directory}/a.log`, 'more\n')
  await harness.advance()
  assert.deepEqual(ofDirectory.batches, [['a', 'b'], ['more']])
  assert.deepEqual(ofPattern.batches, [['a'], ['more']])
})

test('text in other encodings, with its mark of byte order left out', async () => {
  const texts: Readonly<Record<string, (text: string) => Buffer>> = {
    'utf-8': (text) => Buffer.from(text),
    latin1: (text) => Buffer.from(text, 'latin1'),
    'utf-16le': (text) => Buffer.from(text, 'utf16le'),
    'utf-16be': (text) => Buffer.from(text, 'utf16le').swap16(),
  }
  for (const [encoding, encode] of Object.entries(texts)) {
    const path = join(newDirectory(), 'app.log')
    const mark = encoding === 'latin1' ? '' : '\ufeff'
    // In UTF-16 these have a line feed's byte where it ends no line: U+0A0A, U+0A00, U+000A.
    const words = encoding === 'latin1' ? ['große', 'né'] : ['große', '\u0a0a\u0a00', '語']
    writeFileSync(path, encode(mark))
    await using harness = newHarness()
    const output = harness.collect(harness.ssc.tailStream(path, { encoding, from: 'beginning' }))
    await harness.ssc.start()
    appendFileSync(path, encode(`${words.join('\n')}\nunend`))
    await harness.advance()
    appendFileSync(path, encode('ed\r\n'))
    await harness.advance()
    assert.deepEqual(output.batches, [words, ['unended']], encoding)
  }
})

test('a batch reads a limited number of bytes of a file, and a longer line whole', async () => {
  const path = join(newDirectory(), 'app.log')
  writeFileSync(path, '')
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.tailStream(path, { maxBytesPerFile: 10 }))
  await harness.ssc.start()
  const long = randomBytes(1_500_000).toString('hex')
  appendFileSync(path, `aaa\nbbb\nccc\n${long}`)
  await harness.advance(3)
  appendFileSync(path, '\nd\n')
  await harness.advance(3)
  assert.deepEqual(output.batches, [['aaa', 'bbb'], ['ccc'], [], [long], ['d'], []])
})

test('lines that are gone fail their batch, or are left out where that is wanted', async () => {
  for (const failOnDataLoss of [true, false]) {
    const path = join(newDirectory(), 'app.log')
    writeFileSync(path, '')
    await using harness = newHarness()
    let isFirst = true
    const lines = harness.ssc.tailStream(path, { failOnDataLoss }).transform((rdd) => {
      if (isFirst) truncateSync(path)
      isFirst = false
      return rdd
    })
    const output = harness.collect(lines)
    await harness.ssc.start()
    appendFileSync(path, 'a\nb\n')
    await harness.advance()
    appendFileSync(path, 'c\n')
    await harness.advance()
    assert.deepEqual(output.batches, failOnDataLoss ? [['c']] : [[], ['c']])
    if (failOnDataLoss)
      await assert.rejects(harness.ssc.awaitTerminationOrTimeout(0), /bytes 0 to 4 of .* cannot be read/)
  }
})

test('a later run goes on where the run before stood, with what was rotated meanwhile', async () => {
  const directory = newDirectory()
  const path = join(directory, 'app.log')
  const start = Math.floor(Date.now() / 1000) * 1000
  writeFileSync(path, 'before\n')
  const run = async (from: number, act: (tick: () => Promise<void>) => Promise<void>, options?: TailStreamOptions) => {
    const clock = new ManualClock(from)
    let output: Collector<string> | undefined
    const ssc = await StreamingContext.getOrCreate(join(directory, 'checkpoints'), () => {
      const conf = new SparkConf(false).setMaster('local[1]').setAppName('tail')
      const made = new StreamingContext(new SparkContext(conf), 1, { clock })
      output = new Collector(made.tailStream(path, options))
      return made
    })
    await ssc.start()
    await ssc.batchProcessed(new Time(clock.now()))
    await act(async () => {
      clock.advance(1000)
      await ssc.batchProcessed(new Time(clock.now()))
    })
    await ssc.stop()
    return output!.records
  }
  const first = await run(start, async (tick) => {
    appendFileSync(path, 'a\nb')
    await tick()
  })
  appendFileSync(path, 'b\n')
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'c\n')
  const second = await run(start + 1000, async (tick) => {
    await tick()
    appendFileSync(path, 'd\n')
    await tick()
  })
  assert.deepEqual([first, second], [['a'], ['bb', 'c', 'd']])
})

test('a file that was moved elsewhere and back, and has another number since, is read on', async () => {
  const path = join(newDirectory(), 'app.log')
  writeFileSync(path, '')
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.tailStream(path))
  await harness.ssc.start()
  const first = `${'x'.repeat(100)}\n`
  appendFileSync(path, first)
  await harness.advance()
  const content = `${first}b\n`
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
  await harness.advance()
  assert.deepEqual(output.batches, [['x'.repeat(100)], ['b']])
})

test('what cannot be tailed is refused where the stream is defined', async () => {
  await using harness = newHarness()
  const { ssc } = harness
  assert.throws(() => ssc.tailStream(''), { code: 'EMPTY_PATH' })
  assert.throws(() => ssc.tailStream('hdfs:///logs'), { code: 'UNSUPPORTED_FILE_SYSTEM' })
  for (const options of [{ encoding: 'utf-7' }, { maxBytesPerFile: 0 }, { from: 'middle' }]) {
    assert.throws(() => ssc.tailStream('/tmp/app.log', options as TailStreamOptions), { code: 'ILLEGAL_ARGUMENT' })
  }
})
