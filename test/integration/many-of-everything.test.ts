import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { InputDStream, type RDD, SparkConf, SparkContext, type Time } from '../../src/index.ts'
import { StreamingHarness } from '../../src/testing/streaming-harness.ts'
import { IS_LONG } from './long.ts'

/** So many files or partitions are as many tasks: minutes on two cores. */
const ONLY_LONG = { skip: !IS_LONG }
/** More than a call can have arguments: the elements of an array of this length must not be passed one by one. */
const MANY = 130_000

/** All keys in the first batch; all but the first of them are told to go in the third. */
class Keys extends InputDStream<[number, boolean]> {
  override compute(time: Time): RDD<[number, boolean]> {
    const { sparkContext } = this.context
    if (time.milliseconds === 1000) return sparkContext.range(0, MANY, 1, 1).map((n): [number, boolean] => [n, true])
    const count = time.milliseconds === 3000 ? MANY : 1
    return sparkContext.range(1, count, 1, 1).map((n): [number, boolean] => [n, false])
  }
}

describe('very many', () => {
  let sc: SparkContext
  let root = ''
  before(() => {
    sc = new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('many'))
  })
  after(() => sc.stop())
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'many-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  test('files of a directory are read by every kind of input', ONLY_LONG, async () => {
    for (let i = 0; i < MANY; i++) writeFileSync(join(root, `f${i}`), `line ${i}\n`)
    assert.equal(await sc.textFile(root).count(), MANY)
    assert.equal(await sc.wholeTextFiles(root).count(), MANY)
    assert.equal(await sc.binaryFiles(root).count(), MANY)
  })

  test('files are one batch of a stream, and of a window', ONLY_LONG, async () => {
    const directory = join(root, 'in')
    mkdirSync(directory)
    const harness = new StreamingHarness({ sparkContext: sc, startTime: Date.now() })
    try {
      harness.ssc.checkpoint(join(root, 'checkpoints'))
      const counts: number[] = []
      harness.ssc
        .textFileStream(directory)
        .window(2000)
        .foreachRDD(async (rdd) => {
          counts.push(await rdd.count())
        })
      await harness.ssc.start()
      for (let i = 0; i < MANY; i++) writeFileSync(join(directory, `f${i}`), `line ${i}\n`)
      // The batches go on until the clock has passed the newest file's time.
      while (harness.clock.now() < Date.now() + 2000) await harness.advance()
      assert.equal(Math.max(0, ...counts.slice(-4)), MANY)
    } finally {
      await harness[Symbol.asyncDispose]()
    }
  })

  test('keys leave a state within one checkpoint interval', async () => {
    const harness = new StreamingHarness({ sparkContext: sc })
    try {
      harness.ssc.checkpoint(join(root, 'checkpoints'))
      const counts: number[] = []
      new Keys(harness.ssc)
        .updateStateByKey<number, boolean, boolean>(
          (values, state) => (values.length === 0 ? state : values.at(-1) || undefined),
          1,
        )
        .checkpoint(2)
        .foreachRDD(async (rdd) => {
          counts.push(await rdd.count())
        })
      await harness.ssc.start()
      await harness.advance(5)
      assert.deepEqual(counts, [MANY, MANY, 1, 1, 1])
    } finally {
      await harness[Symbol.asyncDispose]()
    }
  })

  test('partitions are saved and shuffled', ONLY_LONG, async () => {
    const numbers = sc.range(0, MANY, 1, MANY)
    await numbers.map((n) => `${n}`).saveAsTextFile(join(root, 'out'))
    assert.equal(readdirSync(join(root, 'out')).length, MANY + 1)
    const sums = await numbers
      .map((n): [number, number] => [n % 10, 1])
      .reduceByKey((a, b) => a + b, 2)
      .collect()
    assert.deepEqual(new Set(sums.map(([, sum]) => sum)), new Set([MANY / 10]))
  })
})
