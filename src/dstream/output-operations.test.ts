import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'

after(useReferenceEngine())

const RULE = '-------------------------------------------'
/** 2023-11-14 22:13:20 UTC. */
const START = 1_700_000_000_000

test('print shows each batch in Scala’s frame, an empty one too', async () => {
  await using harness = new StreamingHarness({ startTime: START })
  harness
    .input([['word', 'x']])
    .map((word) => [word, 3])
    .print()
  await harness.ssc.start()
  await harness.advance(2)
  const first = `${RULE}\nTime: 1700000001000 ms\n${RULE}\n(word,3)\n(x,3)\n\n`
  const second = `${RULE}\nTime: 1700000002000 ms\n${RULE}\n\n`
  assert.equal(harness.output.text, first + second)
})

test('pprint shows each batch in PySpark’s frame, with local time', async () => {
  await using harness = new StreamingHarness({ startTime: START, interval: 0.5 })
  harness
    .input([['word', "it's"]])
    .map((word) => [word, 3])
    .pprint()
  await harness.ssc.start()
  await harness.advance(2)
  const at = (ms: number) => {
    const date = new Date(ms)
    const two = (n: number) => String(n).padStart(2, '0')
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${date.toTimeString().slice(0, 8)}`
  }
  const first = `${RULE}\nTime: ${at(START + 500)}.500000\n${RULE}\n('word', 3)\n("it's", 3)\n\n`
  const second = `${RULE}\nTime: ${at(START + 1000)}\n${RULE}\n\n`
  assert.equal(harness.output.text, first + second)
})

test('print and pprint show ten records unless told otherwise, and say when there are more', async () => {
  await using harness = new StreamingHarness()
  const input = harness.input([Array.from({ length: 11 }, (_, i) => `r${i}`)])
  input.print()
  input.pprint(11)
  input.print(1)
  await harness.ssc.start()
  await harness.advance()
  const frame = (lines: number, more: boolean) =>
    [...Array.from({ length: lines }, (_, i) => `r${i}`), ...(more ? ['...'] : []), '', ''].join('\n')
  const bodies = harness.output.text.split(new RegExp(`${RULE}\nTime: .*\n${RULE}\n`)).slice(1)
  assert.deepEqual(bodies, [frame(10, true), frame(11, false), frame(1, true)])
})

test('foreachRDD gets the RDD and the time, and the batch waits for its promise', async () => {
  await using harness = new StreamingHarness()
  const log: unknown[] = []
  harness.input([[1, 2], []]).foreachRDD(async (rdd, time) => {
    await setImmediate()
    log.push([String(time), await rdd.count()])
  })
  harness.ssc.addStreamingListener({ onBatchCompleted: () => log.push('completed') })
  await harness.ssc.start()
  await harness.advance(2)
  await setImmediate()
  assert.deepEqual(log, [['1000 ms', 2], 'completed', ['2000 ms', 0], 'completed'])
})

test('foreachRDD without an action computes nothing', async () => {
  await using harness = new StreamingHarness()
  let touched = 0
  harness
    .input([[1]])
    .map((n) => {
      touched++
      return n
    })
    .foreachRDD(() => {})
  await harness.ssc.start()
  await harness.advance()
  assert.equal(touched, 0)
})

test('saveAsTextFiles writes a directory per batch, named after prefix, time and suffix', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-'))
  {
    await using harness = new StreamingHarness()
    const pairs = harness.input([['a'], []], 1).map((word) => [word, 1])
    pairs.saveAsTextFiles(join(directory, 'out'), 'txt')
    pairs.saveAsTextFiles(join(directory, 'bare'))
    await harness.ssc.start()
    await harness.advance(2)
    await harness.ssc.awaitTerminationOrTimeout(0)
  }
  assert.deepEqual((await readdir(directory)).sort(), ['bare-1000', 'bare-2000', 'out-1000.txt', 'out-2000.txt'])
  assert.equal(await readFile(join(directory, 'out-1000.txt', 'part-00000'), 'utf8'), '(a,1)\n')
  assert((await readdir(join(directory, 'bare-2000'))).includes('_SUCCESS'))
  await rm(directory, { recursive: true })
})

test('a batch that runs again writes over what it saved', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-'))
  for (const word of ['first', 'again']) {
    await using harness = new StreamingHarness()
    const words = harness.input([[word]], 1)
    words.saveAsTextFiles(join(directory, 'out'))
    words.foreachRDD((rdd) => rdd.saveAsTextFile(join(directory, 'same')))
    await harness.ssc.start()
    await harness.advance()
    await harness.ssc.awaitTerminationOrTimeout(0)
  }
  for (const name of ['out-1000', 'same']) {
    assert.equal(await readFile(join(directory, name, 'part-00000'), 'utf8'), 'again\n')
  }
  await rm(directory, { recursive: true })
})

test('two saves under one prefix are warned of, with both lines', async (t) => {
  const lines: string[] = []
  t.mock.method(process.stderr, 'write', (line: string) => lines.push(line) > 0)
  await using harness = new StreamingHarness()
  const input = harness.input([[1]])
  input.saveAsTextFiles('/tmp/never/out')
  input.saveAsTextFiles('/tmp/never/out', 'txt')
  assert.deepEqual(lines, [])
  input.saveAsObjectFiles('/tmp/never/out', 'txt')
  assert.equal(lines.length, 1)
  assert.match(
    lines[0]!,
    /saveAsObjectFiles at output-operations\.test\.ts:\d+:\d+ saves to the same directories as saveAsTextFiles at output-operations\.test\.ts:\d+:\d+, \/tmp\/never\/out-<time>\.txt/,
  )
})
