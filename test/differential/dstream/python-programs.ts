import { Time } from '../../../src/index.ts'
import { sorted } from '../answers.ts'
import { add, type Pair, type Program, subtract, sum } from './bench.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

/** What PySpark is asked too, by record.py, under the same names; `expected-python.json` holds its answers. */
export const PYTHON_PROGRAMS: Readonly<Record<string, Program>> = {
  pprint: (b) => {
    b.words.map((word) => [word, 1]).pprint()
    b.numbers.pprint()
    b.atEnd(() => b.printedText)
  },
  'pprint of more than ten': (b) => {
    b.batches = 2
    b.queue(b.batch(3, ...upTo(11)), b.batch(3, ...upTo(10))).pprint()
    b.atEnd(() => b.printedText)
  },
  'pprint of as many as told': (b) => {
    b.batches = 3
    const { words } = b
    words.pprint(2)
    words.pprint(0)
    b.atEnd(() => b.printedText)
  },
  'pprint of values': (b) => {
    b.batches = 1
    // biome-ignore format: as record.py has them
    const values = [
      'text', 1.5, true, null, ['k', 2], ['k', [1, 2]], [1, 2, 3], [['a', 'b'], 1], '', 'é',
      ["it's", 1], ['say "x"', 1], ['both \' and "', 1], ['line\nend', 1], ['é', null], ['tab\t', false], [1, 0.1], [2.5, 1e20], [1e-7, 1e16], { a: 1, b: [2] },
      ['x', { n: null }], Uint8Array.of(1, 65, 200), ['\u200b', '日本'], Number.NaN, Number.POSITIVE_INFINITY, -1.25, ['back\\slash', 1],
    ]
    b.queue(b.batch<unknown>(1, ...values)).pprint(50)
    b.atEnd(() => b.printedText)
  },
  'pprint of pairs in pairs': (b) => {
    b.batches = 1
    b.queue(b.batch<unknown>(1, ['k', ['v', 3]], ['k', [[1, 2], ['x']]], ['k', [1, 2, 3]])).pprint()
    b.atEnd(() => b.printedText)
  },
  'pprint of batches of half a second': (b) => {
    b.batches = 3
    b.intervalMs = 500
    b.numbers.pprint()
    b.atEnd(() => b.printedText)
  },
  'pprint of batches of 1.234 seconds': (b) => {
    b.batches = 2
    b.intervalMs = 1234
    b.numbers.pprint()
    b.atEnd(() => b.printedText)
  },
  mapPartitionsWithIndex: (b) =>
    b.glom(b.words.mapPartitionsWithIndex((index, records) => [...records].map((word) => [index, word]))),
  'partitionBy a function': (b) =>
    b.glom(b.numbers.map((n): [number, number] => [n, n * n]).partitionBy(3, (n) => n * 2)),
  'queueStream of arrays and a default': (b) => {
    b.batches = 3
    b.out(b.ssc.queueStream([[1, 2], [3]], true, [9]))
  },
  'updateStateByKey with an initial state in an array': (b) => {
    b.checkpoint()
    const initial: Pair[] = [
      ['a', 100],
      ['z', 200],
    ]
    b.out(b.pairs.updateStateByKey(sum, 3, initial))
  },
  'updateStateByKey that removes': (b) => {
    b.checkpoint()
    b.out(
      b.pairs.updateStateByKey((values, state: number | undefined) =>
        values.length > 0 ? values.reduce((x, y) => x + y, state ?? 0) : null,
      ),
    )
  },
  'joins with what is missing': (b) => {
    const { pairs, others } = b
    b.out(pairs.leftOuterJoin(others))
    b.out(pairs.rightOuterJoin(others, 3))
    b.out(pairs.fullOuterJoin(others))
  },
  'transform, transformWith and ssc.transform': (b) => {
    const { numbers, words } = b
    b.out(numbers.transform((rdd) => rdd.map((n) => n + 1)))
    b.out(numbers.transformWith(words, (n, w) => n.map(String).union(w)))
    b.out(b.ssc.transform([words, numbers.map(String)], ([w, n]) => n!.union(w!)))
  },
  'windows that are computed anew': (b) => {
    b.out(b.words.window(3, 2))
    b.out(b.pairs.reduceByKeyAndWindow(add, null, 3, 2))
    b.out(b.numbers.reduceByWindow(add, null, 3, 2))
  },
  slice: (b) => {
    const { numbers } = b
    b.ssc.remember(20)
    numbers.foreachRDD(async (_, time) => {
      const rdds = await numbers.slice(new Time(time.milliseconds - 2000), time)
      b.add(time, await Promise.all(rdds.map(async (rdd) => sorted(await rdd.collect()))))
    })
  },
  'count of no partitions': (b) => b.out(b.words.count()),
  countByWindow: (b) => {
    b.checkpoint()
    b.out(b.words.countByWindow(3, 1))
  },
  countByValueAndWindow: (b) => {
    b.checkpoint()
    b.out(b.words.countByValueAndWindow(3, 1))
  },
  'reduceByKeyAndWindow with an inverse of a window of less than 5 slides': (b) => {
    b.checkpoint()
    b.batches = 12
    b.out(b.pairs.reduceByKeyAndWindow(add, subtract, 3, 1))
  },
  'reduceByKeyAndWindow with an inverse of a window of 5 slides': (b) => {
    b.checkpoint()
    b.batches = 12
    b.out(b.pairs.reduceByKeyAndWindow(add, subtract, 5, 1))
  },
}
