import { ConstantInputDStream, type DStream, type RDD } from '../../../src/index.ts'
import { add, type Program } from './bench.ts'

const upper = (word: string) => word.toUpperCase()

/** Operations on one batch at a time, and queues as input. */
export const STATELESS: Readonly<Record<string, Program>> = {
  map: (b) => b.glom(b.words.map((word) => word + word)),
  'map to pairs': (b) => b.glom(b.words.map((word) => [word, 1])),
  flatMap: (b) => b.glom(b.numbers.flatMap((n) => [n, -n])),
  'flatMap to nothing': (b) => b.glom(b.numbers.flatMap(() => [])),
  filter: (b) => b.glom(b.numbers.filter((n) => n % 2 === 0)),
  'filter that drops all': (b) => b.glom(b.numbers.filter(() => false)),
  glom: (b) => b.glom(b.words.glom()),
  mapPartitions: (b) => b.glom(b.numbers.mapPartitions((records) => [[...records].reduce(add, 0)])),
  'mapPartitions keeps the partitioner if told': (b) => {
    const keyed = b.pairs.reduceByKey(add)
    b.parted(keyed.mapPartitions((records) => records, true))
    b.parted(keyed.mapPartitions((records) => records))
  },
  repartition: (b) => b.count(b.words.repartition(3)),
  'repartition of everything to one': (b) => b.count(b.numbers.repartition(1)),
  union: (b) => b.glom(b.numbers.union(b.numbers.map((n) => n * 10))),
  'union of a stream with itself': (b) => {
    const { numbers } = b
    b.glom(numbers.union(numbers))
  },
  'ssc.union of three': (b) =>
    b.glom(b.ssc.union([b.words, b.words.map(upper), b.words.filter((word) => word === 'a')])),
  'ssc.union of one': (b) => b.glom(b.ssc.union([b.words])),
  'ssc.union of none': (b) => b.glom(b.ssc.union([] as DStream<string>[])),
  'union of different slides': (b) => b.out(b.numbers.union(b.numbers.window(2, 2))),
  count: (b) => b.out(b.words.count()),
  "count's partitions": (b) => b.glom(b.words.count()),
  'count of nothing ever': (b) => b.out(b.queue<number>().count()),
  reduce: (b) => b.glom(b.numbers.reduce(add)),
  'reduce to the longest': (b) =>
    b.out(
      b.words
        .map((word) => word.repeat(word.charCodeAt(0)))
        .reduce((x, y) => (x.length >= y.length ? x : y))
        .map((word) => word.length),
    ),
  countByValue: (b) => b.placed(b.words.countByValue()),
  'countByValue in 3 partitions': (b) => b.placed(b.words.countByValue(3)),
  'countByValue of pairs': (b) => b.placed(b.pairs.countByValue()),
  transform: (b) => b.glom(b.numbers.transform((rdd) => rdd.map((n) => n + 1))),
  'transform with the time': (b) =>
    b.out(b.numbers.transform(async (rdd, time) => b.sc.parallelize([time.milliseconds, await rdd.count()], 1))),
  'transform to a sorted RDD': (b) => b.glom(b.numbers.transform((rdd) => rdd.sortBy((n) => -n, true, 2))),
  'transform to distinct words': (b) => b.placed(b.words.transform((rdd) => rdd.distinct(2))),
  'transform to an empty RDD': (b) => b.glom(b.numbers.transform(() => b.sc.emptyRDD<number>())),
  'transform to null': (b) => b.out(b.numbers.transform(() => null as unknown as RDD<number>)),
  transformWith: (b) => b.glom(b.numbers.transformWith(b.words, (n, w) => n.map(String).union(w))),
  'transformWith the time': (b) =>
    b.out(b.numbers.transformWith(b.words, (n, w, { milliseconds }) => n.map((x) => `${x}@${milliseconds}`).union(w))),
  'transformWith of different slides': (b) =>
    b.out(b.numbers.transformWith(b.words.window(2, 2), (n, w) => n.map(String).union(w))),
  'ssc.transform keeps the order of the streams': (b) =>
    b.glom(b.ssc.transform([b.words, b.numbers.map(String), b.words.map(upper)], (rdds) => b.sc.union([...rdds]))),
  'ssc.transform with the time': (b) =>
    b.out(
      b.ssc.transform([b.words], ([words], { milliseconds }) =>
        words!.map((word): [string, number] => [word, milliseconds]),
      ),
    ),
  'join with a data set in transform': (b) => {
    const names = b.batch<[string, string]>(2, ['a', 'Anna'], ['b', 'Bert'], ['x', 'Xaver'])
    b.out(b.pairs.transform((rdd) => rdd.join(names)))
  },
  'subtraction of a data set in transform': (b) => {
    const stop = b.batch(2, 'a', 'b')
    b.out(b.words.transform((rdd) => rdd.subtract(stop)))
  },
  'two output operations share a stream': (b) => {
    const doubled = b.numbers.map((n) => n * 2)
    b.out(doubled)
    b.out(doubled.count())
  },
  'a failed batch leaves the later ones alone': (b) => {
    b.batches = 4
    b.out(
      b.numbers.map((n) => {
        if (n === 7) throw new Error('no sevens')
        return n
      }),
    )
  },
  'a transform that fails leaves the later batches alone': (b) => {
    b.batches = 4
    b.out(
      b.numbers.transform((rdd, time) => {
        if (time.milliseconds === 2000) throw new Error('not at two')
        return rdd
      }),
    )
  },
  'batches of half a second': (b) => {
    b.intervalMs = 500
    b.out(b.numbers)
  },

  'queueStream gives empty partitions behind the queue': (b) => {
    b.batches = 3
    b.glom(b.queue(b.batch(1, 1)))
  },
  'queueStream of all at once': (b) => {
    b.batches = 3
    b.glom(b.ssc.queueStream([b.batch(2, 1, 2), b.batch(1, 3), b.none<number>()], false))
  },
  'queueStream with a default': (b) => {
    b.batches = 3
    b.glom(b.ssc.queueStream([b.batch(1, 1)], true, b.batch(2, 8, 9)))
  },
  'queueStream without a default': (b) => {
    b.batches = 3
    b.glom(b.ssc.queueStream([b.batch(1, 1)], true, null))
  },
  'queueStream of all at once without a default': (b) => {
    b.batches = 3
    b.glom(b.ssc.queueStream([b.batch(1, 1), b.batch(1, 2)], false, null))
  },
  'queueStream of the empty queue': (b) => {
    b.batches = 2
    b.glom(b.ssc.queueStream<number>([]))
  },
  'queueStream that is filled while it runs': (b) => {
    b.batches = 5
    const queue = [b.batch(1, 1)]
    b.queue<number>().foreachRDD((_, time) => {
      if (time.milliseconds === 2000) queue.push(b.batch(1, 2), b.batch(1, 3))
    })
    b.glom(b.ssc.queueStream(queue))
  },
  ConstantInputDStream: (b) => {
    b.batches = 3
    b.glom(new ConstantInputDStream(b.ssc, b.batch(2, 1, 2, 3)))
  },
}
