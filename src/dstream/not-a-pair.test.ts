import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Seconds } from '../batches/duration.ts'
import { SparkContext } from '../context/spark-context.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'
import type { DStream } from './dstream.ts'
import { StateSpec } from './state/state-spec.ts'

type Pairs = DStream<[string, number]>

const plus = (a: number, b: number): number => a + b
const minus = (a: number, b: number): number => a - b

const OPERATIONS: Readonly<Record<string, (stream: Pairs) => DStream<unknown>>> = {
  mapValues: (stream) => stream.mapValues((n) => n),
  flatMapValues: (stream) => stream.flatMapValues((n) => [n]),
  reduceByKey: (stream) => stream.reduceByKey(plus),
  groupByKey: (stream) => stream.groupByKey(),
  join: (stream) => stream.join(stream),
  updateStateByKey: (stream) => stream.updateStateByKey<string, number, number>((values) => values.length),
  mapWithState: (stream) => stream.mapWithState(StateSpec.function((key: string, n: number | undefined) => [key, n])),
  groupByKeyAndWindow: (stream) => stream.groupByKeyAndWindow(Seconds(2)),
  reduceByKeyAndWindow: (stream) => stream.reduceByKeyAndWindow(plus, Seconds(2)),
  'reduceByKeyAndWindow with an inverse': (stream) => stream.reduceByKeyAndWindow(plus, minus, Seconds(2)),
}

describe('records of a stream that are no pairs', () => {
  let sc: SparkContext
  let directory = ''
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'not-a-pair-'))
    sc = new SparkContext(new SparkConf(false).setMaster('local[1]').setAppName('pairs'))
    sc.setLogLevel('OFF')
  })
  after(async () => {
    await sc.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  for (const [name, operation] of Object.entries(OPERATIONS)) {
    for (const record of [['a', 1, 2], 'ab']) {
      test(`are refused by ${name}: ${JSON.stringify(record)}`, async () => {
        const harness = new StreamingHarness({ sparkContext: sc })
        try {
          harness.ssc.checkpoint(join(directory, `${name}-${typeof record}`))
          const input = harness.input([[['a', 1], record] as [string, number][]], 1) as unknown as Pairs
          harness.collect(operation(input))
          await harness.ssc.start()
          const failed = assert.rejects(harness.ssc.awaitTermination(), ({ cause }: Error) => {
            assert.equal((cause as { code?: string }).code, 'NOT_A_PAIR', String(cause))
            return true
          })
          harness.clock.advance(1000)
          await failed
        } finally {
          await harness[Symbol.asyncDispose]()
        }
      })
    }
  }
})
