import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { decodeCheckpoint, type RDDFiles } from '../../batches/checkpoint/checkpoint.ts'
import { ManualClock } from '../../batches/manual-clock.ts'
import { Time } from '../../batches/time.ts'
import { SparkContext } from '../../context/spark-context.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'
import { Collector } from '../../testing/collector.ts'
import type { DStream } from '../dstream.ts'
import { InputDStream } from '../input-dstream.ts'

const KEYS = 200

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-changes-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** Every key in the first batch, and one in each of the others. */
class Touches extends InputDStream<[string, number]> {
  override compute(time: Time): RDD<[string, number]> {
    const second = time.milliseconds / 1000
    const keys = second === 1 ? Array.from({ length: KEYS }, (_, key) => key) : [second % KEYS]
    return this.context.sparkContext.parallelize(keys.map((key): [string, number] => [`key ${key}`, second]))
  }
}

/** Runs a state from one second to another and stops. @returns its last batch, by key. */
async function run<S>(from: number, to: number, state: (touches: DStream<[string, number]>) => DStream<[string, S]>) {
  const clock = new ManualClock(from * 1000)
  let collector!: Collector<[string, S]>
  const ssc = await StreamingContext.getOrCreate(root, () => {
    const made = new StreamingContext(
      new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('changes')),
      1,
      {
        clock,
      },
    )
    const states = state(new Touches(made)).name('states')
    states.checkpoint(5)
    collector = new Collector(states)
    return made
  })
  try {
    await ssc.start()
    for (let second = from + 1; second <= to; second++) {
      clock.advance(1000)
      await ssc.batchProcessed(new Time(second * 1000))
    }
  } finally {
    await ssc.stop()
  }
  return new Map(collector.batches.at(-1))
}

/** What the newest checkpoint says of the state's files. */
function writtenFiles(): RDDFiles {
  const [newest] = readdirSync(root)
    .filter((name) => /^checkpoint-\d+$/.test(name))
    .sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]))
  const { rdds } = decodeCheckpoint(readFileSync(join(root, newest!))).operators.states!
  return Object.values(rdds!).at(-1)!
}

const recordsOf = ({ parts }: RDDFiles['snapshot']) => parts.reduce((sum, { records }) => sum + records, 0)

describe('what a checkpoint writes of a state', () => {
  const sums = (touches: DStream<[string, number]>) =>
    touches.updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 2)

  test('is what changed, from the first checkpoint after a recovery on', async () => {
    await run(0, 6, sums)
    assert.deepEqual([recordsOf(writtenFiles().snapshot), writtenFiles().changes], [KEYS, []])
    await run(6, 11, sums)
    assert.deepEqual(writtenFiles().changes.map(recordsOf), [5])
    const states = await run(11, 16, sums)
    assert.deepEqual(writtenFiles().changes.map(recordsOf), [5, 5])
    for (const [key, sum] of states) {
      const number = Number(key.slice(4))
      assert.equal(sum, 1 + (number >= 2 && number <= 16 ? number : 0), key)
    }
  })

  interface Tally {
    sum: number
    readonly seen: Map<string, Date[]>
  }

  test('leaves out objects that a function has looked at, and has those that it changed in place', async () => {
    const tallies = (touches: DStream<[string, number]>) =>
      touches.updateStateByKey<string, number, Tally>((values, tally) => {
        if (tally === undefined) return { sum: 0, seen: new Map([['at', values.map((second) => new Date(second))]]) }
        // A state that counts by itself, in place and without new values; others are given back as they are, or as an equal object.
        if (values.length === 0 && tally.sum >= 9) tally.sum++
        if (values.length === 0) return tally.sum % 2 === 0 ? tally : { ...tally }
        return { ...tally, sum: tally.sum + values.reduce((a, b) => a + b, 0) }
      }, 2)
    await run(0, 6, tallies)
    const states = await run(6, 11, tallies)
    // Those of the batches 6 to 10, and none that stood since before: none of them counts by itself yet.
    assert.deepEqual(writtenFiles().changes.map(recordsOf), [5])
    assert.equal(states.get('key 9')?.sum, 9 + 2)
    await run(11, 16, tallies)
    // The batches 11 to 15, and keys 9 and 10, which have counted in place.
    assert.deepEqual(writtenFiles().changes.map(recordsOf), [5, 7])
    const again = await run(16, 17, tallies)
    assert.equal(again.get('key 9')?.sum, 9 + 8)
    assert.deepEqual(again.get('key 7'), { sum: 7, seen: new Map([['at', [new Date(1)]]]) })
  })
})
