import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { until } from '../../../test/model/until.ts'
import { ListenerLog } from '../../testing/listener-log.ts'
import { StreamingHarness, type StreamingHarnessOptions } from '../../testing/streaming-harness.ts'

const START = 1_000_000
const root = await mkdtemp(path.join(tmpdir(), 'millstream-files-'))
after(() => rm(root, { recursive: true }))

let count = 0
async function newDirectory(): Promise<string> {
  const directory = path.join(root, `watched-${count++}`)
  await mkdir(directory)
  return directory
}

function newHarness(conf: StreamingHarnessOptions['conf'] = {}): StreamingHarness {
  return new StreamingHarness({ startTime: START, conf })
}

/** Writes a file as of `seconds` after the stream was made. */
async function put(file: string, content: string | Uint8Array, seconds: number): Promise<void> {
  await writeFile(file, content)
  await utimes(file, START / 1000 + seconds, START / 1000 + seconds)
}

test('new files become batches, with their names in the batch and no record count', async () => {
  const directory = await newDirectory()
  await using harness = newHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  await put(`${directory}/old`, 'old\n', 0)
  const output = harness.collect(harness.ssc.textFileStream(directory))
  await harness.ssc.start()
  await put(`${directory}/b`, '3\n', 0.6)
  await put(`${directory}/a`, '1\n2', 0.5)
  await put(`${directory}/later`, '4\n', 1.5)
  await harness.advance(3)
  assert.deepEqual(output.batches, [['1', '2', '3'], ['4'], []])
  await until(() => log.of('onBatchCompleted').length === 3)
  const info = log.of('onBatchCompleted')[0]!.batchInfo.streamIdToInputInfo.get(0)!
  const files = [`file:${directory}/a`, `file:${directory}/b`]
  assert.equal(info.numRecords, 0)
  assert.deepEqual(info.metadata.get('files'), files)
  assert.equal(info.metadata.get('Description'), files.join('\n'))
})

test('a file that grows or is modified after it was read is not read again', async () => {
  const directory = await newDirectory()
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(directory))
  await harness.ssc.start()
  await put(`${directory}/a`, 'a\n', 0.5)
  await harness.advance()
  await put(`${directory}/a`, 'a\nb\n', 1.5)
  await harness.advance(2)
  assert.deepEqual(output.records, ['a'])
})

test('a file that comes in a batch that no window reads is in the next one that is read, as in Spark', async () => {
  const directory = await newDirectory()
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(directory).window(1, 3))
  await harness.ssc.start()
  await put(`${directory}/a`, 'between\n', 0.5)
  await put(`${directory}/b`, 'read\n', 2.5)
  await harness.advance(6)
  assert.deepEqual(output.batches, [['between', 'read'], []])
})

test('a name may come again once it is forgotten', async () => {
  const directory = await newDirectory()
  await using harness = newHarness({ 'spark.streaming.fileStream.minRememberDuration': '2s' })
  const output = harness.collect(harness.ssc.textFileStream(directory))
  await harness.ssc.start()
  await put(`${directory}/a`, 'first\n', 0.5)
  await harness.advance(4)
  await put(`${directory}/a`, 'second\n', 4.5)
  await harness.advance(1)
  assert.deepEqual(output.records, ['first', 'second'])
})

test('files that are there already are read when asked for, as far back as is remembered', async () => {
  const directory = await newDirectory()
  await put(`${directory}/recent`, 'recent\n', -50)
  await put(`${directory}/ancient`, 'ancient\n', -70)
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.fileStream(directory, { newFilesOnly: false }))
  await harness.ssc.start()
  await harness.advance()
  assert.deepEqual(output.records, ['recent'])
})

test('hidden names and sub-directories are left alone and cost their neighbours nothing', async () => {
  const directory = await newDirectory()
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(directory))
  await harness.ssc.start()
  await put(`${directory}/good`, 'good\n', 0.5)
  await put(`${directory}/.dot`, 'no\n', 0.5)
  await put(`${directory}/_underscore`, 'no\n', 0.5)
  await mkdir(`${directory}/sub`)
  await put(`${directory}/sub/inner`, 'no\n', 0.5)
  await utimes(`${directory}/sub`, START / 1000 + 0.5, START / 1000 + 0.5)
  await harness.advance()
  assert.deepEqual(output.batches, [['good']])
})

test('a file whose compression cannot be read is left out and costs its neighbours nothing', async () => {
  const directory = await newDirectory()
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(directory))
  await harness.ssc.start()
  await put(`${directory}/good`, 'good\n', 0.5)
  await put(`${directory}/packed.lz4`, 'LZ4', 0.5)
  await harness.advance()
  assert.deepEqual(output.batches, [['good']])
})

test('a filter of the user sees qualified paths', async () => {
  const directory = await newDirectory()
  await using harness = newHarness()
  const seen: string[] = []
  const filter = (file: string) => {
    seen.push(file)
    return file.endsWith('.log')
  }
  const output = harness.collect(harness.ssc.fileStream(directory, { filter }))
  await harness.ssc.start()
  await put(`${directory}/a.log`, 'yes\n', 0.5)
  await put(`${directory}/a.tmp`, 'no\n', 0.5)
  await harness.advance()
  assert.deepEqual(output.records, ['yes'])
  assert.deepEqual(seen, [`file:${directory}/a.log`, `file:${directory}/a.tmp`])
})

test('a pattern watches every directory it names, those that come later too', async () => {
  const directory = await newDirectory()
  await mkdir(`${directory}/day=1`)
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(`${directory}/day=*`))
  await harness.ssc.start()
  await put(`${directory}/day=1/a`, 'a\n', 0.5)
  await harness.advance()
  await mkdir(`${directory}/day=2`)
  await put(`${directory}/day=2/b`, 'b\n', 1.5)
  await harness.advance()
  assert.deepEqual(output.batches, [['a'], ['b']])
})

test('a directory that is not there gives empty batches until it is', async () => {
  const directory = path.join(root, 'to-come')
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(directory))
  await harness.ssc.start()
  await harness.advance()
  await mkdir(directory)
  await put(`${directory}/a`, 'a\n', 1.5)
  await harness.advance()
  assert.deepEqual(output.batches, [[], ['a']])
})

test('records of a fixed length; a file that does not hold whole ones fails its batch', async () => {
  const directory = await newDirectory()
  await using harness = newHarness()
  const stream = harness.ssc.binaryRecordsStream(directory, 3)
  const output = harness.collect(stream.map((record) => record.toString('latin1')))
  await harness.ssc.start()
  await put(`${directory}/a`, 'abcdef', 0.5)
  await harness.advance()
  assert.deepEqual(output.batches, [['abc', 'def']])
  await put(`${directory}/b`, 'abcd', 1.5)
  await harness.advance()
  await assert.rejects(harness.ssc.awaitTerminationOrTimeout(0), /Byte array does not have correct length/)
})

test('whole files come with their paths', async () => {
  const directory = await newDirectory()
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.fileStream(directory, { format: 'wholeText' }))
  await harness.ssc.start()
  await put(`${directory}/a`, 'one\ntwo\n', 0.5)
  await harness.advance()
  assert.deepEqual(output.records, [[`file:${directory}/a`, 'one\ntwo\n']])
})

test('a record length of nothing is refused where the stream is defined', async () => {
  await using harness = newHarness()
  assert.throws(() => harness.ssc.binaryRecordsStream(root, 0), { name: 'IllegalArgumentException' })
})

/** The lines that are logged during a test. */
function loggedLines(t: TestContext): string[] {
  const lines: string[] = []
  t.mock.method(process.stderr, 'write', (line: string) => lines.push(line) > 0)
  return lines
}

test('files that were there before the start are counted in one line', async (t) => {
  const directory = await newDirectory()
  const lines = loggedLines(t)
  for (let i = 0; i < 3; i++) await put(`${directory}/old-${i}`, 'old\n', -5)
  await put(`${directory}/.hidden`, 'old\n', -5)
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(directory))
  await harness.ssc.start()
  await put(`${directory}/new`, 'new\n', 0.5)
  await harness.advance(2)
  assert.deepEqual(output.records, ['new'])
  const told = lines.filter((line) => line.includes('Leaving out'))
  assert.equal(told.length, 1)
  assert.match(
    told[0]!,
    /Leaving out 3 files in \S+ that were there before the start; fileStream\(directory, \{ newFilesOnly: false \}\)/,
  )
})

test('a plain file in the place of a directory is warned of, with what to use', async (t) => {
  const directory = await newDirectory()
  const lines = loggedLines(t)
  await put(`${directory}/plain`, 'line\n', -5)
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(`${directory}/plain`))
  await harness.ssc.start()
  await harness.advance()
  assert.deepEqual(output.batches, [[]])
  assert.equal(lines.filter((line) => /plain is a file, and a file stream reads .*tailStream/.test(line)).length, 1)
})

test('a file that goes on growing after a batch has taken it is warned of once', async (t) => {
  const directory = await newDirectory()
  const lines = loggedLines(t)
  await using harness = newHarness()
  const output = harness.collect(harness.ssc.textFileStream(directory))
  await harness.ssc.start()
  await put(`${directory}/a`, 'a\n', 0.5)
  await put(`${directory}/whole`, 'w\n', 0.5)
  await harness.advance()
  await put(`${directory}/a`, 'a\nb\n', 1.5)
  await harness.advance()
  await put(`${directory}/a`, 'a\nb\nc\n', 2.5)
  await harness.advance()
  assert.deepEqual(output.records, ['a', 'w'])
  const told = lines.filter((line) => line.includes('has grown'))
  assert.equal(told.length, 1)
  assert.match(told[0]!, /\/a has grown from 2 to 4 bytes since a batch took it, .*tailStream/)
})
