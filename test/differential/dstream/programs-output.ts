import { ConstantInputDStream, type DStream, Milliseconds, Seconds, StorageLevel, Time } from '../../../src/index.ts'
import { sorted } from '../answers.ts'
import { add, type Bench, type Program } from './bench.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

/** Slices of a stream, taken in every batch. */
function slicing<T>(source: (b: Bench) => DStream<T>, bounds: (timeMs: number) => [from: number, to: number]): Program {
  return (b) => {
    b.ssc.remember(20)
    logSlices(b, source(b), bounds)
  }
}

function logSlices<T>(b: Bench, stream: DStream<T>, bounds: (timeMs: number) => [from: number, to: number]): void {
  stream.foreachRDD(async (_, time) => {
    const [from, to] = bounds(time.milliseconds)
    const rdds = await stream.slice(new Time(from), new Time(to))
    b.add(time, await Promise.all(rdds.map(async (rdd) => sorted(await rdd.collect()))))
  })
}

/** What leaves the stream, slices, and what may be set and when. */
export const OUTPUTS: Readonly<Record<string, Program>> = {
  print: (b) => {
    b.batches = 4
    b.words.map((word) => [word, 1]).print()
    b.numbers.print()
    b.atEnd(() => b.printedText)
  },
  'print of more than ten': (b) => {
    b.batches = 2
    b.queue(b.batch(3, ...upTo(11)), b.batch(3, ...upTo(10))).print()
    b.atEnd(() => b.printedText)
  },
  'print of as many as told': (b) => {
    b.batches = 3
    b.words.print(2)
    b.words.print(0)
    b.atEnd(() => b.printedText)
  },
  'print of values': (b) => {
    b.batches = 1
    const values = [
      'text',
      1.5,
      true,
      ['k', 2],
      [1, 2, 3],
      ['k', [1, 2]],
      [['a', 'b'], 1],
      '',
      'é',
      ['n', undefined],
      -0.5,
    ]
    b.queue(b.batch<unknown>(1, ...values)).print(20)
    b.atEnd(() => b.printedText)
  },
  'print of pairs in pairs': (b) => {
    b.batches = 1
    b.queue(b.batch<unknown>(1, ['k', ['v', 3]], ['k', [[1, 2], ['x']]])).print()
    b.atEnd(() => b.printedText)
  },
  'foreachRDD in the order of registration': (b) => {
    b.out(b.words)
    b.out(b.numbers)
    b.out(b.words.count())
  },
  'foreachRDD without an action': (b) => {
    b.batches = 2
    b.words.foreachRDD((_, time) => b.add(time, 'called'))
  },
  'foreachRDD that fails': (b) => {
    b.batches = 3
    b.words.foreachRDD((_, time) => {
      if (time.milliseconds === 2000) throw new Error('not at two')
      b.add(time, 'called')
    })
  },
  saveAsTextFiles: (b) => {
    b.batches = 6
    b.pairs.saveAsTextFiles(`${b.files}/out`, 'txt')
    b.atEnd(() => b.content())
  },
  'saveAsTextFiles without a suffix': (b) => {
    b.batches = 2
    b.words.saveAsTextFiles(`${b.files}/out`)
    b.atEnd(() => b.content())
  },
  'saveAsTextFiles over what is there': (b) => {
    b.batches = 1
    b.words.saveAsTextFiles(`${b.files}/out`)
    b.words.map((word) => word + word).saveAsTextFiles(`${b.files}/out`)
    b.atEnd(() => b.content())
  },
  saveAsObjectFiles: (b) => {
    b.batches = 3
    b.words.saveAsObjectFiles(`${b.files}/out`, 'obj')
    b.atEnd(async () => [
      b.listing('').map((directory) => [directory, b.listing(directory)]),
      sorted(await b.sc.objectFile<string>(`${b.files}/out-1000.obj`).collect()),
    ])
  },

  'slice of the last three batches': slicing(
    (b) => b.numbers,
    (t) => [t - 2000, t],
  ),
  'slice off the grid': slicing(
    (b) => b.numbers,
    (t) => [t - 1300, t + 300],
  ),
  'slice from before the start': slicing(
    (b) => b.numbers,
    () => [-5000, 2000],
  ),
  'slice that is empty': slicing(
    (b) => b.numbers,
    (t) => [t, t - 1000],
  ),
  'slice of a window': slicing(
    (b) => b.numbers.window(2, 2),
    (t) => [t - 3000, t],
  ),
  'slice before the start of the context': async (b) => {
    const { numbers } = b
    b.out(numbers)
    await numbers.slice(new Time(0), new Time(1000))
  },
  'slice of what was forgotten': (b) => {
    const doubled = new ConstantInputDStream(b.ssc, b.batch(1, 1, 2)).map((n) => n * 2)
    logSlices(b, doubled, (t) => [1000, t])
  },

  'no output operation': (b) => b.ssc.start(),
  'checkpoint interval below the slide': (b) => {
    b.checkpoint()
    b.out(
      b.words
        .window(2, 2)
        .map((word) => word)
        .checkpoint(1),
    )
  },
  'checkpoint interval that is no multiple': (b) => {
    b.checkpoint()
    b.out(b.words.map((word) => word).checkpoint(Milliseconds(1500)))
  },
  'checkpoint interval without a directory': (b) => b.out(b.words.map((word) => word).checkpoint(2)),
  'checkpointed stateless stream': (b) => {
    b.checkpoint()
    b.out(b.words.map((word) => word + word).checkpoint(Seconds(2)))
  },
  'remember twice': (b) => {
    b.ssc.remember(5)
    b.ssc.remember(6)
  },
  'an operation after the start': async (b) => {
    const { numbers } = await started(b)
    numbers.map((n) => n + 1)
  },
  'an output operation after the start': async (b) => {
    const { numbers } = await started(b)
    numbers.print()
  },
  'an input after the start': async (b) => {
    await started(b)
    b.queue(b.batch(1, 1))
  },
  'an operation after the stop': async (b) => {
    const { numbers } = b
    b.out(numbers)
    await b.ssc.stop(false)
    numbers.map((n) => n + 1)
  },
  'start after the stop': async (b) => {
    b.out(b.numbers)
    await b.ssc.stop(false)
    await b.ssc.start()
  },
  'persist after the start': async (b) => {
    const { numbers } = await started(b)
    numbers.persist(StorageLevel.MEMORY_ONLY)
  },
  'checkpoint interval after the start': async (b) => {
    const { numbers } = await started(b)
    numbers.checkpoint(1)
  },
  'a cached stream': (b) => {
    const doubled = b.numbers.map((n) => n * 2).cache()
    b.out(doubled)
    b.out(doubled.reduce(add))
  },
}

async function started(b: Bench): Promise<{ numbers: DStream<number> }> {
  const { numbers } = b
  b.out(numbers)
  await b.ssc.start()
  return { numbers }
}
