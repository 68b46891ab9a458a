import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ManualClock } from '../../batches/manual-clock.ts'
import { Time } from '../../batches/time.ts'
import { SparkContext } from '../../context/spark-context.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'
import type { State } from '../../task/state/state.ts'
import { Collector } from '../../testing/collector.ts'
import type { DStream } from '../dstream.ts'
import { InputDStream } from '../input-dstream.ts'
import { StateSpec } from '../state/state-spec.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-recovery-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** Two pairs in every batch, made of its time: what a source gives that can be asked again for any batch. */
class Seconds extends InputDStream<[string, number]> {
  override compute(time: Time): RDD<[string, number]> {
    const second = time.milliseconds / 1000
    return this.context.sparkContext.parallelize<[string, number]>([
      ['sum', second],
      [`key ${second % 3}`, second],
    ])
  }
}

interface Run {
  /** Seconds at which the run begins and ends. */
  readonly from: number
  readonly to: number
  readonly interval?: number
  readonly conf?: Record<string, string>
  readonly options?: Parameters<typeof StreamingContext.getOrCreate>[2]
}

/** Runs a program from one time to another and stops it. @returns the batches of the stream that `define` gives, by second. */
async function run<T>(
  { from, to, interval = 1, conf = {}, options }: Run,
  define: (source: DStream<[string, number]>, ssc: StreamingContext) => DStream<T>,
): Promise<Record<number, T[]>> {
  const clock = new ManualClock(from * 1000)
  let collector: Collector<T> | undefined
  const ssc = await StreamingContext.getOrCreate(
    root,
    () => {
      const settings = new SparkConf(false).setMaster('local[2]').setAppName('recovery').setAll(conf)
      const made = new StreamingContext(new SparkContext(settings), interval, { clock })
      collector = new Collector(define(new Seconds(made), made))
      return made
    },
    options,
  )
  try {
    await ssc.start()
    await ssc.batchProcessed(new Time(from * 1000))
    for (let time = from + interval; time <= to; time += interval) {
      clock.advance(interval * 1000)
      await ssc.batchProcessed(new Time(time * 1000))
    }
  } finally {
    await ssc.stop()
  }
  return Object.fromEntries(
    collector!.collected.map(({ time, records }) => [time.milliseconds / 1000, [...records].sort()]),
  )
}

function totals(source: DStream<[string, number]>): DStream<[string, number]> {
  return source.updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 2)
}

/** What {@link totals} gives after a second, of a stream that began at another. */
function expectedTotals(second: number, first = 1): [string, number][] {
  const sums = new Map<string, number>()
  for (let at = first; at <= second; at++) {
    for (const key of ['sum', `key ${at % 3}`]) sums.set(key, (sums.get(key) ?? 0) + at)
  }
  return [...sums].sort()
}

describe('a run that goes on where another ended', () => {
  test('has its state, makes up for missed batches with their own times, and runs no completed one again', async () => {
    await run({ from: 0, to: 12 }, totals)
    const batches = await run({ from: 15, to: 16 }, totals)
    assert.deepEqual(Object.keys(batches), ['13', '14', '15', '16'])
    for (const second of [13, 14, 15, 16]) assert.deepEqual(batches[second], expectedTotals(second))
  })

  test('goes on from run to run, whether a state was written in between or not', async () => {
    for (const [from, to] of [
      [0, 3],
      [3, 9],
      [9, 31],
      [31, 33],
      [40, 41],
    ] as const) {
      const batches = await run({ from, to }, totals)
      for (const [second, records] of Object.entries(batches)) {
        assert.deepEqual(records, expectedTotals(Number(second)), `batch ${second}`)
      }
    }
  })

  test('runs a batch that failed again', async () => {
    let isBroken = true
    const define = (source: DStream<[string, number]>) => {
      source.foreachRDD((_, time) => {
        if (isBroken && time.milliseconds === 2000) throw new Error('the database is away')
      })
      return source
    }
    await run({ from: 0, to: 4 }, define)
    isBroken = false
    assert.deepEqual(Object.keys(await run({ from: 4, to: 5 }, define)), ['2', '5'])
  })

  test('takes its settings from the new program', async () => {
    await run({ from: 0, to: 2, conf: { 'spark.app.mark': 'old', 'spark.default.parallelism': '2' } }, totals)
    let mark = ''
    const batches = await run(
      { from: 2, to: 3, conf: { 'spark.app.mark': 'new', 'spark.default.parallelism': '5' } },
      (source, ssc) => {
        mark = ssc.sparkContext.getConf().get('spark.app.mark')
        return totals(source)
      },
    )
    assert.equal(mark, 'new')
    assert.deepEqual(batches[3], expectedTotals(3))
  })

  test('repartitions a state when the program now wants other partitions', async () => {
    await run({ from: 0, to: 11 }, totals)
    const batches = await run({ from: 11, to: 12 }, (source) =>
      source
        .updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 5)
        .name('updateStateByKey-moved'),
    ).catch((error: Error) => error.message)
    assert.match(String(batches), /does not have: 'updateStateByKey-[0-9a-f]{12}'/)
    const again = await run({ from: 11, to: 12 }, (source) =>
      source.updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 5),
    )
    assert.deepEqual(again[12], expectedTotals(12))
  })
})

describe('the states of mapWithState and of a stepwise window', () => {
  const mapped = (partitions: number) => (source: DStream<[string, number]>) => {
    const spec = StateSpec.function((time: Time, key: string, value: number | undefined, state: State<number>) => {
      const sum = (state.getOption() ?? 0) + (value ?? 0)
      if (!state.isTimingOut()) state.update(sum)
      return `${key} at ${time.milliseconds}: ${sum}${state.isTimingOut() ? ', timed out' : ''}`
    })
    // Each key is there for two seconds of seven, so that it times out in between.
    const some = source.map(([key, n]): [string, number] => [`${key} ${(n % 7) >> 1}`, n])
    return some.mapWithState(spec.timeout(3).numPartitions(partitions)).checkpoint(2)
  }
  const windowed = (source: DStream<[string, number]>) =>
    source
      .reduceByKeyAndWindow(
        (a, b) => a + b,
        (a, b) => a - b,
        5,
        1,
        2,
        ([, sum]) => sum > 0,
      )
      .checkpoint(2)

  for (const [name, define] of [
    ['mapWithState, timeouts included', () => mapped(2)],
    ['mapWithState in other partitions each time', (part: number) => mapped(part + 1)],
    ['a stepwise window', () => windowed],
  ] as const) {
    test(`${name}: interrupted runs give what one run gives`, async () => {
      const directory = root
      root = join(directory, 'whole')
      const whole = await run<unknown>({ from: 0, to: 21 }, define(1))
      root = join(directory, 'parts')
      const seen = new Set<string>()
      for (const [part, [from, to]] of [
        [0, 7],
        [9, 12],
        [12, 15],
        [18, 21],
      ].entries()) {
        const batches = await run<unknown>({ from: from as number, to: to as number }, define(part))
        for (const [second, records] of Object.entries(batches)) {
          seen.add(second)
          assert.deepEqual(records, whole[Number(second)], `batch ${second}`)
        }
      }
      root = directory
      assert.equal(seen.size, 21)
      if (name.startsWith('mapWithState,')) assert.match(String(Object.values(whole).flat()), /timed out/)
    })
  }
})

describe('a program that was changed', () => {
  const named = (source: DStream<[string, number]>) => totals(source).name('totals')

  test('finds a named state wherever it now stands', async () => {
    await run({ from: 0, to: 11 }, named)
    const batches = await run({ from: 11, to: 12 }, (source) =>
      named(source.filter(() => true).map(([k, v]) => [k, v])),
    )
    assert.deepEqual(batches[12], expectedTotals(12))
  })

  test('is told by name which data nobody takes, and can give it up', async () => {
    await run({ from: 0, to: 11 }, named)
    const other = (source: DStream<[string, number]>) => totals(source).name('sums')
    await assert.rejects(run({ from: 11, to: 12 }, other), {
      name: 'CheckpointMismatchError',
      message:
        /^The checkpoint holds data of operators that this program does not have: 'totals' \(updateStateByKey at .*recovery\.test\.ts:\d+.*\)\. Operators of the program that the checkpoint does not know: 'sums' \(updateStateByKey at .*\)\. Give the operator/,
    })
    const batches = await run({ from: 11, to: 13, options: { dropOperators: ['totals'] } }, other)
    assert.deepEqual(batches[13], expectedTotals(13, 12))
    await assert.rejects(run({ from: 13, to: 14, options: { dropOperators: ['nope'] } }, other), {
      message: /^dropOperators names operators that the checkpoint does not have: nope\. It has /,
    })
  })

  test('may have another state beside, which begins with it', async () => {
    await run({ from: 0, to: 11 }, named)
    const batches = await run({ from: 13, to: 14 }, (source, ssc) => {
      const added = totals(source.filter(() => true)).map(([key, sum]) => [`added ${key}`, sum])
      return ssc.union<[string, number]>(named(source), added)
    })
    const added = expectedTotals(14, 12).map(([key, sum]): [string, number] => [`added ${key}`, sum])
    assert.deepEqual(batches[14], [...expectedTotals(14), ...added].sort())
  })

  test('must keep its batch interval', async () => {
    await run({ from: 0, to: 2 }, totals)
    await assert.rejects(run({ from: 2, to: 4, interval: 2 }, totals), {
      name: 'CheckpointMismatchError',
      message: /is of a program with batches of 1000 ms, and this one has batches of 2000 ms/,
    })
  })

  test('cannot go on with a queueStream, which only recovery notices', async (t) => {
    const said = t.mock.method(process.stderr, 'write', () => true)
    const define = (_: unknown, ssc: StreamingContext) => ssc.queueStream([[1], [2]])
    assert.deepEqual(await run({ from: 0, to: 2 }, define), { 1: [1], 2: [2] })
    assert.match(
      String(said.mock.calls[0]?.arguments[0]),
      /WARN QueueInputDStream: queueStream doesn't support checkpointing/,
    )
    await assert.rejects(run({ from: 2, to: 3 }, define), {
      name: 'SparkException',
      message:
        /^Failed to read checkpoint from directory .*queueStream doesn't support checkpointing\. Please don't use queueStream when checkpointing is enabled\./,
    })
  })
})

describe('getOrCreate', () => {
  const conf = () => new SparkConf(false).setMaster('local[1]').setAppName('recovery')
  const make = (directory: string | null) => {
    const ssc = new StreamingContext(new SparkContext(conf()), 1, { clock: new ManualClock() })
    if (directory !== null) ssc.checkpoint(directory)
    new Seconds(ssc).foreachRDD(() => {})
    return ssc
  }

  test('gives the context its directory unless the setup function did, which must be the same', async () => {
    await using created = await StreamingContext.getOrCreate(root, () => make(null))
    await created.start()
    assert(readdirSync(root).some((name) => name === 'checkpoint-0'))
    await created.stop()
    await assert.rejects(
      StreamingContext.getOrCreate(root, () => make(`${root}/other`)),
      { name: 'CheckpointMismatchError', message: /they must be the same/ },
    )
  })

  test('refuses a setup function that is none, or that starts the context', async () => {
    await assert.rejects(StreamingContext.getOrCreate(root, 3 as never), { code: 'WRONG_ARGUMENT' })
    await (await StreamingContext.getOrCreate(root, () => make(null))).start()
    await StreamingContext.getActive()!.stop()
    const started = async () => {
      const ssc = make(root)
      await ssc.start()
      return ssc
    }
    await assert.rejects(StreamingContext.getOrCreate(root, started), {
      code: 'STREAMING_CONTEXT_STARTED',
      message: /must not start the context/,
    })
  })

  test('begins anew when told so and no checkpoint can be read', async (t) => {
    t.mock.method(process.stderr, 'write', () => true)
    await writeFile(join(root, 'checkpoint-5000'), 'torn')
    await assert.rejects(
      StreamingContext.getOrCreate(root, () => make(null)),
      { message: /^Failed to read checkpoint from directory/ },
    )
    const ssc = await StreamingContext.getOrCreate(root, () => make(null), { createOnError: true })
    await ssc.stop()
  })

  test('getActiveOrCreate gives the running context, else one from the directory, else a new one', async () => {
    await using ssc = await StreamingContext.getActiveOrCreate(root, () => make(null))
    assert.equal(StreamingContext.getActive(), null)
    assert.equal(ssc.checkpointDir, root)
    await ssc.start()
    assert.equal(await StreamingContext.getActiveOrCreate(root, () => assert.fail('made another')), ssc)
    assert.equal(await StreamingContext.getActiveOrCreate(null, () => assert.fail('made another')), ssc)
    assert.equal(StreamingContext.getActive(), ssc)
  })
})

/** A {@link Seconds} whose batches up to one cannot be asked for again: what they read was taken away. */
class Archived extends InputDStream<[string, number]> {
  static upTo = 0
  override compute(time: Time): RDD<[string, number]> {
    if (time.milliseconds <= Archived.upTo) throw new Error(`the input of ${time} was archived`)
    return this.context.sparkContext.parallelize<[string, number]>([['sum', time.milliseconds / 1000]])
  }
}

test('a graceful stop writes the states: what earlier batches have read may be taken away', async () => {
  const programs: Readonly<Record<string, (source: DStream<[string, number]>) => DStream<unknown>>> = {
    updateStateByKey: (source) =>
      source.updateStateByKey((values: number[], state: number | undefined) =>
        values.reduce((a, b) => a + b, state ?? 0),
      ),
    mapWithState: (source) =>
      source
        .mapWithState(
          StateSpec.function((_key: string, value: number | undefined, state: State<number>) => {
            const sum = (state.exists() ? state.get() : 0) + (value ?? 0)
            state.update(sum)
            return sum
          }),
        )
        .stateSnapshots(),
    'a function over partitions': (source) =>
      source.updateStateByKey<string, number, number>(
        (updates) => [...updates].map(([key, values, state]) => [key, values.reduce((a, b) => a + b, state ?? 0)]),
        2,
        true,
      ),
  }
  for (const [name, define] of Object.entries(programs)) {
    Archived.upTo = 0
    const directory = join(root, encodeURIComponent(name))
    const runFrom = async (from: number, batches: number) => {
      const clock = new ManualClock(from * 1000)
      let collector: Collector<unknown> | undefined
      const ssc = await StreamingContext.getOrCreate(directory, () => {
        const settings = new SparkConf(false).setMaster('local[1]').setAppName('archive')
        const made = new StreamingContext(new SparkContext(settings), 1, { clock })
        collector = new Collector(define(new Archived(made)))
        return made
      })
      await ssc.start()
      for (let i = 0; i < batches; i++) {
        clock.advance(1000)
        await ssc.batchProcessed(new Time(clock.now()))
      }
      await ssc.stop(true, true)
      await ssc.awaitTermination()
      return collector!.collected.map(({ time, records }) => [time.milliseconds / 1000, records])
    }
    // The graceful stop makes one more batch, of what came since the last tick.
    const first = await runFrom(0, 2)
    assert.deepEqual(first.at(-1), [3, [['sum', 6]]], name)
    Archived.upTo = 3000
    const second = await runFrom(3, 1)
    assert.deepEqual(second[0], [4, [['sum', 10]]], name)
  }
})

test('a recovery says from which checkpoint it goes on, and with how many batches', async (t) => {
  const lines: string[] = []
  t.mock.method(process.stderr, 'write', (line: string) => lines.push(line) > 0)
  await run({ from: 0, to: 3 }, (source) => source)
  assert.equal(lines.filter((line) => line.includes('Going on')).length, 0)
  await run({ from: 6, to: 7 }, (source) => source)
  const [line = '', ...others] = lines.filter((each) => each.includes('Going on'))
  assert.match(
    line,
    /Going on from checkpoint-3000 in file:\S+; batches that were not completed and run again: 0; batches that were missed since and are made up for: 3/,
  )
  assert.deepEqual(others, [])
})
