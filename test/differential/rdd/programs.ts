import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { HashPartitioner, type RDD, type SparkContext, StorageLevel } from '../../../src/index.ts'
import { sorted, sortedGroups } from '../answers.ts'
import { toJson } from '../to-json.ts'

/** What a program is given: a context of four workers, an empty directory, and the data that several programs share. */
export interface Bench {
  readonly sc: SparkContext
  readonly files: string
}

type Program = (bench: Bench) => Promise<unknown> | unknown

/** Records by partition, in their order. */
async function glom<T>(rdd: RDD<T>): Promise<T[][]> {
  return rdd.glom().collect()
}

/** Records by partition where Spark gives no order inside: sorted by their JSON. */
async function placed<T>(rdd: RDD<T>): Promise<T[][]> {
  return (await glom(rdd)).map(sorted)
}

/** The same as `placed`, where the values of a pair are groups, which have no order either. */
async function groups<K>(rdd: RDD<[K, unknown[]]>, sides: 'one' | 'several' = 'one'): Promise<unknown[][]> {
  return (await glom(rdd)).map((records) => sorted(records.map((pair) => sortedGroups(pair, sides)))) as unknown[][]
}

const WORDS = [
  'spark',
  'stream',
  'batch',
  '',
  'window',
  'key',
  'value',
  'é',
  '日本',
  'a',
  'b',
  'c',
  'spark',
  'key',
  'a',
]

const wordRdd = (sc: SparkContext) => sc.parallelize(WORDS, 4)
const wordPairs = (sc: SparkContext) => wordRdd(sc).map((word) => [word, word.length])
const numbers = (sc: SparkContext) => sc.range(1, 21, 1, 4)

const pairs = (sc: SparkContext) =>
  sc.parallelize<string, number>(
    [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
      ['b', 5],
      ['a', 6],
    ],
    3,
  )

const others = (sc: SparkContext) =>
  sc.parallelize<string, string>(
    [
      ['a', 'x'],
      ['c', 'y'],
      ['d', 'z'],
      ['a', 'w'],
    ],
    2,
  )

const third = (sc: SparkContext) =>
  sc.parallelize<string, boolean>(
    [
      ['a', true],
      ['e', false],
    ],
    2,
  )

const fourth = (sc: SparkContext) =>
  sc.parallelize<string, number>(
    [
      ['e', 1.5],
      ['a', 2.5],
    ],
    1,
  )

const shuffled = (sc: SparkContext) =>
  sc.parallelize([17, 3, 20, 8, 1, 12, 5, 19, 2, 14, 9, 6, 16, 11, 4, 18, 7, 13, 10, 15], 4)

const squares = (sc: SparkContext) => shuffled(sc).map((n) => [n, n * n])
const twins = (sc: SparkContext) => shuffled(sc).map((n) => [n, n])

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const add = (a: number, b: number) => a + b

/** Every key paired with 0, placed by hash. */
async function placement(sc: SparkContext, keys: readonly unknown[], partitions: number): Promise<unknown> {
  const keyed = keys.map((key): [unknown, number] => [key, 0])
  return placed(sc.parallelize(keyed, 2).partitionBy(new HashPartitioner(partitions)))
}

function listing(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .sort()
}

const content = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8')

/** A file of the bench's directory, made now. */
async function write(files: string, name: string, text: string | Uint8Array): Promise<string> {
  const path = join(files, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, text)
  return path
}

/** What Spark is asked too, by record.scala, under the same names; `expected.json` holds its answers. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  // Creation
  'parallelize cuts into contiguous slices': ({ sc }) =>
    Promise.all([1, 2, 3, 4, 7].map((n) => glom(sc.parallelize(upTo(10), n)))),
  'parallelize with more slices than values': ({ sc }) => glom(sc.parallelize([1, 2, 3], 5)),
  'parallelize of nothing keeps its slices': ({ sc }) => glom(sc.parallelize([], 3)),
  'parallelize into no slices': ({ sc }) => sc.parallelize([1], 0).collect(),
  'range upward by a step': ({ sc }) => glom(sc.range(1, 20, 3, 3)),
  'range downward': ({ sc }) => glom(sc.range(10, 0, -3, 2)),
  'range that is empty': ({ sc }) => glom(sc.range(5, 1, 1, 2)),
  'range with step 0': ({ sc }) => sc.range(0, 10, 0).collect(),
  'emptyRDD has no partitions': async ({ sc }) => [await sc.emptyRDD().getNumPartitions(), await glom(sc.emptyRDD())],
  'union of several': ({ sc }) =>
    glom(sc.union([sc.parallelize([1, 2, 3], 2), sc.emptyRDD<number>(), sc.parallelize([4, 5], 1)])),
  'union of aligned parents': async ({ sc }) => {
    const p = new HashPartitioner(3)
    const tens = pairs(sc).mapValues((n) => n * 10)
    const union = sc.union([pairs(sc).partitionBy(p), tens.partitionBy(p)])
    return [await union.getNumPartitions(), union.partitioner !== null, await placed(union)]
  },
  'union of parents under different partitioners': async ({ sc }) => {
    const union = pairs(sc).partitionBy(2).union(pairs(sc).partitionBy(3))
    return [await union.getNumPartitions(), union.partitioner !== null]
  },

  // Narrow
  'map, filter and flatMap': ({ sc }) =>
    glom(
      numbers(sc)
        .map((n) => n * 2)
        .filter((n) => n % 3 !== 0)
        .flatMap((n) => [n, -n]),
    ),
  'flatMap to nothing': ({ sc }) => glom(numbers(sc).flatMap(() => [])),
  'mapPartitions sees empty partitions': ({ sc }) =>
    glom(sc.parallelize([1, 2], 4).mapPartitions((records) => [[...records].length])),
  mapPartitionsWithIndex: ({ sc }) =>
    glom(numbers(sc).mapPartitionsWithIndex((partition, records) => [...records].map((n) => [partition, n]))),
  glom: ({ sc }) => sc.parallelize(upTo(5), 3).glom().collect(),
  'glom of empty partitions': ({ sc }) => sc.parallelize([1], 3).glom().collect(),
  'keyBy, keys and values': async ({ sc }) => {
    const keyed = numbers(sc).keyBy((n) => n % 3)
    return [await glom(keyed), await glom(keyed.keys()), await glom(keyed.values())]
  },
  'mapValues and flatMapValues': async ({ sc }) => [
    await glom(pairs(sc).mapValues((n) => n * 2)),
    await glom(pairs(sc).flatMapValues((n) => Array.from({ length: n % 3 }, (_, i) => i + 1))),
  ],
  'mapValues keeps the partitioner, map does not': ({ sc }) => {
    const parted = pairs(sc).partitionBy(4)
    return [
      parted.mapValues((n) => n + 1).partitioner !== null,
      parted.map((pair) => pair).partitioner !== null,
      parted.filter(() => true).partitioner !== null,
      parted.flatMapValues((n) => [n]).partitioner !== null,
      parted.keys().partitioner !== null,
    ]
  },
  cartesian: ({ sc }) => glom(sc.parallelize([1, 2, 3], 2).cartesian(sc.parallelize(['x', 'y'], 2))),
  'cartesian with an empty side': async ({ sc }) => {
    const product = sc.parallelize([1, 2, 3], 2).cartesian(sc.emptyRDD<number>())
    return [await product.getNumPartitions(), await product.count()]
  },
  zip: ({ sc }) => glom(sc.parallelize(upTo(5), 2).zip(sc.parallelize(['a', 'b', 'c', 'd', 'e'], 2))),
  'zip with other partition counts': ({ sc }) =>
    sc
      .parallelize(upTo(4), 2)
      .zip(sc.parallelize(upTo(4), 3))
      .collect(),
  'zip with other element counts': ({ sc }) =>
    sc
      .parallelize(upTo(4), 2)
      .zip(sc.parallelize(upTo(3), 2))
      .collect(),
  zipPartitions: ({ sc }) =>
    glom(
      sc
        .parallelize(upTo(5), 2)
        .zipPartitions(sc.parallelize(['a', 'b', 'c'], 2), (a, b) => [[...a].length, [...b].length]),
    ),
  'zipPartitions with other partition counts': ({ sc }) =>
    sc
      .parallelize(upTo(4), 2)
      .zipPartitions(sc.parallelize(upTo(4), 3), (a) => a)
      .collect(),
  zipWithIndex: ({ sc }) => glom(sc.parallelize(['a', 'b', 'c', 'd', 'e'], 3).zipWithIndex()),
  zipWithUniqueId: ({ sc }) => glom(sc.parallelize(['a', 'b', 'c', 'd', 'e'], 3).zipWithUniqueId()),
  'sample of nothing and of all': async ({ sc }) => [
    await numbers(sc).sample(false, 0, 7).count(),
    await numbers(sc).sample(false, 1, 7).count(),
    await numbers(sc).sample(true, 0, 7).count(),
  ],
  'sample with a negative fraction': ({ sc }) => numbers(sc).sample(false, -0.1, 7).count(),
  'sample of more than all': ({ sc }) => numbers(sc).sample(false, 1.5, 7).count(),
  'randomSplit into one': ({ sc }) => Promise.all(numbers(sc).randomSplit([1], 3).map(glom)),
  'randomSplit covers everything once': async ({ sc }) => {
    const parts = numbers(sc).randomSplit([1, 2, 3], 11)
    const records = await Promise.all(parts.map((part) => part.collect()))
    return [parts.length, sorted(records.flat())]
  },
  'pipe through a command': ({ sc }) => glom(sc.parallelize(['b', 'a', 'c'], 2).pipe('cat')),
  'pipe through a command with arguments and environment': ({ sc }) =>
    glom(sc.parallelize(['x'], 1).pipe(['sh', '-c', 'cat; echo $GREETING'], { env: { GREETING: 'hello' } })),
  'pipe of an empty partition still runs the command': async ({ sc }) => {
    const counts = await glom(sc.parallelize<string>([], 2).pipe('wc -l'))
    return counts.map((lines) => lines.map((line) => line.trim()))
  },

  // Sizes
  coalesce: ({ sc }) => Promise.all([1, 2, 3, 5, 10].map((n) => glom(sc.parallelize(upTo(10), 5).coalesce(n)))),
  'coalesce to none': ({ sc }) => sc.parallelize(upTo(10), 5).coalesce(0).collect(),
  'coalesce with shuffle raises the count': ({ sc }) =>
    sc.parallelize(upTo(10), 2).coalesce(4, true).getNumPartitions(),
  'repartition spreads evenly': async ({ sc }) => {
    const spread = sc.parallelize(upTo(100), 3).repartition(4)
    const sizes = (await glom(spread)).map((records) => records.length)
    return [sizes.sort((a, b) => a - b), sorted(await spread.collect())]
  },
  'repartition to one': async ({ sc }) => sorted(await sc.parallelize(upTo(10), 5).repartition(1).collect()),
  'repartition of an empty RDD': ({ sc }) => glom(sc.emptyRDD().repartition(3)),

  // Placement
  'hash placement of strings': ({ sc }) => placed(wordPairs(sc).partitionBy(new HashPartitioner(5))),
  'hash placement of integers': ({ sc }) => placement(sc, [0, 1, -1, 7, -7, 2147483647, -2147483648, 1000003], 6),
  'hash placement of longs': ({ sc }) =>
    placement(sc, [2147483648, -2147483649, 4294967296, 9007199254740991, -9007199254740991, 1099511627776], 7),
  'hash placement of fractions': () =>
    [0.5, -0.5, 1e300, 12.3456, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-10, 0, 5e-324].map(
      (key) => new HashPartitioner(101).getPartition(key),
    ),
  'hash placement of booleans and null': ({ sc }) =>
    placed(
      sc
        .parallelize<boolean | null, number>(
          [
            [true, 1],
            [false, 2],
            [null, 3],
          ],
          2,
        )
        .partitionBy(new HashPartitioner(5)),
    ),
  'hash placement of tuples': ({ sc }) =>
    placement(
      sc,
      [
        ['a', 1],
        ['b', 2],
        ['a', 2],
        ['', 0],
        ['é', -5],
      ],
      5,
    ),
  'hash placement of nested tuples': ({ sc }) =>
    placement(
      sc,
      [
        [['a', 1], true],
        [['b', 2], false],
        [['a', 1], false],
      ],
      5,
    ),
  'hash partitioner of a negative count': () => new HashPartitioner(-1),
  'partitionBy keeps duplicates': ({ sc }) => placed(pairs(sc).partitionBy(2)),
  'partitionBy of equal partitioner does not shuffle again': ({ sc }) => {
    const parted = pairs(sc).partitionBy(new HashPartitioner(3))
    return parted.partitionBy(new HashPartitioner(3)).id === parted.id
  },

  // Keyed
  reduceByKey: ({ sc }) => placed(pairs(sc).reduceByKey(add)),
  'reduceByKey with a count': ({ sc }) => placed(pairs(sc).reduceByKey(add, 5)),
  'reduceByKey of one key': ({ sc }) =>
    placed(
      sc
        .parallelize(upTo(100), 5)
        .map((n) => ['k', n])
        .reduceByKey(add, 3),
    ),
  'reduceByKey with null keys': ({ sc }) =>
    placed(
      sc
        .parallelize<string | null, number>(
          [
            [null, 1],
            ['a', 2],
            [null, 3],
          ],
          2,
        )
        .reduceByKey(add, 2),
    ),
  'reduceByKey with NaN keys': ({ sc }) =>
    placed(
      sc
        .parallelize<number, number>(
          [
            [Number.NaN, 1],
            [1.5, 2],
            [Number.NaN, 3],
          ],
          2,
        )
        .reduceByKey(add, 2),
    ),
  'reduceByKey of an empty RDD': async ({ sc }) => {
    const reduced = sc.emptyRDD<[string, number]>().reduceByKey(add)
    return [await reduced.getNumPartitions(), await reduced.collect()]
  },
  'reduceByKey of empty partitions': ({ sc }) => glom(sc.parallelize<string, number>([], 3).reduceByKey(add)),
  'reduceByKey into a partitioner': async ({ sc }) => {
    const reduced = pairs(sc).reduceByKey(add, new HashPartitioner(2))
    return [reduced.partitioner !== null, await placed(reduced)]
  },
  groupByKey: ({ sc }) => groups(pairs(sc).groupByKey()),
  'groupByKey with a count': ({ sc }) => groups(pairs(sc).groupByKey(2)),
  'groupByKey of a skewed key': ({ sc }) =>
    groups(
      sc
        .parallelize(upTo(50), 4)
        .map((n) => [n % 10 === 0 ? `rare${n}` : 'hot', n])
        .groupByKey(3),
    ),
  groupBy: ({ sc }) => groups(numbers(sc).groupBy((n) => n % 3)),
  'groupBy with a count': ({ sc }) => groups(numbers(sc).groupBy((n) => (n % 2 === 0 ? 'even' : 'odd'), 2)),
  aggregateByKey: ({ sc }) => placed(pairs(sc).aggregateByKey(10, add, add)),
  'aggregateByKey applies zero once per partition and key': ({ sc }) =>
    placed(
      sc
        .parallelize<string, number>(
          [
            ['a', 1],
            ['a', 2],
            ['b', 3],
          ],
          1,
        )
        .aggregateByKey(100, add, add),
    ),
  foldByKey: ({ sc }) => placed(pairs(sc).foldByKey(1, (a, b) => a * b)),
  'foldByKey with a count': ({ sc }) => placed(pairs(sc).foldByKey(0, add, 2)),
  combineByKey: ({ sc }) =>
    placed(
      pairs(sc).combineByKey(
        (value): [number, number] => [value, 1],
        ([sum, count], value): [number, number] => [sum + value, count + 1],
        (a, b): [number, number] => [a[0] + b[0], a[1] + b[1]],
      ),
    ),
  reduceByKeyLocally: ({ sc }) => pairs(sc).reduceByKeyLocally(add),
  countByKey: ({ sc }) => pairs(sc).countByKey(),
  countByValue: ({ sc }) => wordRdd(sc).countByValue(),
  'collectAsMap keeps the last': ({ sc }) =>
    sc
      .parallelize<string, number>(
        [
          ['a', 1],
          ['a', 2],
          ['b', 3],
        ],
        1,
      )
      .collectAsMap(),
  lookup: async ({ sc }) => [
    await pairs(sc).lookup('a'),
    await pairs(sc).lookup('none'),
    await pairs(sc).partitionBy(4).lookup('b'),
  ],
  join: ({ sc }) => placed(pairs(sc).join(others(sc))),
  'join with a count': ({ sc }) => placed(pairs(sc).join(others(sc), 2)),
  leftOuterJoin: ({ sc }) => placed(pairs(sc).leftOuterJoin(others(sc))),
  rightOuterJoin: ({ sc }) => placed(pairs(sc).rightOuterJoin(others(sc))),
  fullOuterJoin: ({ sc }) => placed(pairs(sc).fullOuterJoin(others(sc))),
  'join with an empty RDD': async ({ sc }) => {
    const joined = pairs(sc).join(sc.emptyRDD<[string, number]>())
    return [await joined.getNumPartitions(), await joined.collect()]
  },
  'join of co-partitioned sides keeps the partitioner': async ({ sc }) => {
    const p = new HashPartitioner(3)
    const joined = pairs(sc).partitionBy(p).join(others(sc).partitionBy(p))
    return [await joined.getNumPartitions(), joined.partitioner?.equals(p) ?? false, await placed(joined)]
  },
  'cogroup of two': ({ sc }) => groups(pairs(sc).cogroup(others(sc)), 'several'),
  'cogroup of three': ({ sc }) => groups(pairs(sc).cogroup(others(sc), third(sc)), 'several'),
  'cogroup of four': ({ sc }) => groups(pairs(sc).cogroup(others(sc), third(sc), fourth(sc)), 'several'),
  groupWith: ({ sc }) => groups(pairs(sc).groupWith(others(sc)), 'several'),
  subtract: ({ sc }) => placed(sc.parallelize([1, 2, 2, 3, 4], 3).subtract(sc.parallelize([2, 4, 5], 2))),
  'subtract with a count': ({ sc }) =>
    placed(sc.parallelize([1, 2, 2, 3, 4], 3).subtract(sc.parallelize([2, 4, 5], 2), 4)),
  subtractByKey: ({ sc }) => placed(pairs(sc).subtractByKey(others(sc))),
  'intersection removes duplicates': ({ sc }) =>
    placed(sc.parallelize([1, 2, 2, 3], 3).intersection(sc.parallelize([2, 2, 3, 5], 2))),
  distinct: ({ sc }) => placed(wordRdd(sc).distinct()),
  'distinct with a count': ({ sc }) =>
    placed(
      numbers(sc)
        .map((n) => n % 7)
        .distinct(2),
    ),
  'default partitioner prefers the existing one': async ({ sc }) => {
    const wide = sc.parallelize(upTo(40), 20).map((n) => [String(n), n])
    return [
      await pairs(sc).partitionBy(7).join(others(sc)).getNumPartitions(),
      await pairs(sc).join(others(sc).partitionBy(1)).getNumPartitions(),
      await wide.join(others(sc).partitionBy(1)).getNumPartitions(),
    ]
  },
  'sampleByKey of all and nothing': async ({ sc }) =>
    sorted(await pairs(sc).sampleByKey(false, { a: 1, b: 0, c: 1 }, 5).collect()),
  'sampleByKeyExact of all and nothing': async ({ sc }) =>
    sorted(await pairs(sc).sampleByKeyExact(false, { a: 1, b: 0, c: 1 }, 5).collect()),

  // Ordered
  'sortByKey ascending': ({ sc }) => glom(squares(sc).sortByKey()),
  'sortByKey descending': ({ sc }) => glom(squares(sc).sortByKey(false)),
  'sortByKey into two partitions': ({ sc }) => glom(twins(sc).sortByKey(true, 2)),
  'sortByKey into one partition': ({ sc }) => glom(twins(sc).sortByKey(true, 1)),
  'sortByKey of strings': async ({ sc }) => (await wordPairs(sc).sortByKey().collect()).map(([word]) => word),
  'sortByKey of few keys gives fewer partitions': async ({ sc }) => {
    const few = sc
      .parallelize([1, 1, 1, 2, 2], 4)
      .map((n) => [n, n])
      .sortByKey(true, 4)
    return [await few.getNumPartitions(), await glom(few)]
  },
  'sortByKey of an empty RDD': async ({ sc }) => {
    const empty = sc.emptyRDD<[number, number]>().sortByKey()
    return [await empty.getNumPartitions(), await empty.collect()]
  },
  sortBy: ({ sc }) => glom(shuffled(sc).sortBy((n) => [n % 3, n])),
  'sortBy descending with a count': ({ sc }) => glom(shuffled(sc).sortBy((n) => n, false, 2)),
  'sortBy with NaN': ({ sc }) =>
    sc
      .parallelize([2.5, Number.NaN, -1, Number.POSITIVE_INFINITY, 0], 2)
      .sortBy((n) => n)
      .collect(),
  repartitionAndSortWithinPartitions: ({ sc }) =>
    glom(twins(sc).repartitionAndSortWithinPartitions(new HashPartitioner(3))),
  'filterByRange of sorted data': ({ sc }) => twins(sc).sortByKey().filterByRange(5, 8).collect(),
  'filterByRange of unsorted data': async ({ sc }) => sorted(await twins(sc).filterByRange(5, 8).collect()),

  // Actions
  'count, first and isEmpty': async ({ sc }) => [
    await numbers(sc).count(),
    await numbers(sc).first(),
    await numbers(sc).isEmpty(),
    await sc.emptyRDD().isEmpty(),
    await sc.parallelize([], 3).isEmpty(),
  ],
  'first of an empty RDD': ({ sc }) => sc.emptyRDD().first(),
  'take over many partitions': ({ sc }) =>
    Promise.all([0, 1, 5, 12, 20, 50].map((n) => sc.parallelize(upTo(20), 20).take(n))),
  'take skips empty partitions': ({ sc }) =>
    sc
      .parallelize([1], 50)
      .union(sc.parallelize([2], 3))
      .take(2),
  'take of a negative number': ({ sc }) => numbers(sc).take(-1),
  'top and takeOrdered': async ({ sc }) => [
    await shuffled(sc).top(3),
    await shuffled(sc).takeOrdered(3),
    await shuffled(sc).top(0),
    await shuffled(sc).takeOrdered(50),
  ],
  reduce: ({ sc }) => numbers(sc).reduce(add),
  'reduce of an empty RDD': ({ sc }) => sc.emptyRDD<number>().reduce(add),
  'reduce over empty partitions': ({ sc }) => sc.parallelize([5], 4).reduce(add),
  'fold applies zero per partition and once more': ({ sc }) => sc.parallelize([1, 2, 3, 4], 2).fold(10, add),
  aggregate: ({ sc }) =>
    numbers(sc).aggregate<[number, number]>(
      [0, 0],
      ([sum, count], n) => [sum + n, count + 1],
      (a, b) => [a[0] + b[0], a[1] + b[1]],
    ),
  'treeReduce and treeAggregate': async ({ sc }) => [
    await numbers(sc).treeReduce(add),
    await numbers(sc).treeReduce(add, 3),
    await numbers(sc).treeAggregate(0, add, add),
    await sc.parallelize(upTo(100), 30).treeAggregate(0, add, add, 3),
  ],
  'treeReduce of an empty RDD': ({ sc }) => sc.emptyRDD<number>().treeReduce(add),
  'treeAggregate of depth 0': ({ sc }) => numbers(sc).treeAggregate(0, add, add, 0),
  'max and min': async ({ sc }) => [await shuffled(sc).max(), await shuffled(sc).min()],
  'max of an empty RDD': ({ sc }) => sc.emptyRDD<number>().max(),
  'sum, mean, variance and stdev': async ({ sc }) => {
    const values = sc.parallelize([1, 2, 3, 4], 2)
    return [
      await values.sum(),
      await values.mean(),
      await values.variance(),
      await values.stdev(),
      await values.sampleVariance(),
      await values.sampleStdev(),
    ]
  },
  'mean of an empty RDD': async ({ sc }) => {
    const empty = sc.emptyRDD<number>()
    return [await empty.sum(), await empty.mean(), await empty.variance()]
  },
  stats: async ({ sc }) => {
    const stats = await sc.parallelize([1, 2.5, -3, 8], 3).stats()
    return [stats.count(), stats.mean(), stats.max(), stats.min(), stats.sum()]
  },
  'histogram with a count': ({ sc }) => sc.range(1, 21, 1, 3).histogram(4),
  'histogram with bounds': ({ sc }) => sc.parallelize([1, 2, 5, 10, 20, 50], 2).histogram([0, 5, 20, 50]),
  'histogram of equal values': ({ sc }) => sc.parallelize([3, 3, 3], 2).histogram(3),
  'histogram of an empty RDD': ({ sc }) => sc.emptyRDD<number>().histogram(2),
  'histogram with too few bounds': ({ sc }) => sc.parallelize([1], 1).histogram([1]),
  'takeSample of all': async ({ sc }) => sorted(await numbers(sc).takeSample(false, 20, 3)),
  'takeSample of more than all': async ({ sc }) => sorted(await numbers(sc).takeSample(false, 100, 3)),
  'takeSample sizes': async ({ sc }) => [
    (await numbers(sc).takeSample(false, 5, 3)).length,
    (await numbers(sc).takeSample(true, 50, 3)).length,
    (await numbers(sc).takeSample(false, 0, 3)).length,
    (await sc.emptyRDD().takeSample(false, 3)).length,
  ],
  'takeSample of a negative number': ({ sc }) => numbers(sc).takeSample(false, -1, 3),
  countApproxDistinct: async ({ sc }) => [
    await sc
      .parallelize(upTo(10), 2)
      .map((n) => n % 3)
      .countApproxDistinct(0.01),
    await sc.emptyRDD().countApproxDistinct(0.05),
  ],
  'countApproxDistinct of a wrong precision': ({ sc }) => numbers(sc).countApproxDistinct(0),
  toLocalIterator: async ({ sc }) => {
    const records: number[] = []
    for await (const n of numbers(sc).toLocalIterator()) records.push(n)
    return records
  },
  'foreach counts into an accumulator': async ({ sc }) => {
    const total = sc.longAccumulator()
    await numbers(sc).foreach((n) => total.add(n))
    return [total.value, total.count]
  },
  'foreachPartition runs for empty partitions too': async ({ sc }) => {
    const partitions = sc.longAccumulator()
    await sc.parallelize([1], 4).foreachPartition(() => partitions.add(1))
    return partitions.value
  },
  'runJob over some partitions': ({ sc }) =>
    sc.runJob(numbers(sc), (records) => [...records].reduce((a, b) => a + b, 0), [3, 0]),
  'a function that throws': ({ sc }) =>
    numbers(sc)
      .map((n) => {
        if (n === 11) throw new Error('no elevens')
        return n
      })
      .collect(),

  // Persistence
  'persist twice with another level': ({ sc }) => {
    const kept = numbers(sc)
      .map((n) => n + 1)
      .persist(StorageLevel.MEMORY_ONLY)
    kept.persist(StorageLevel.DISK_ONLY)
    return 0
  },
  'persist gives the same records': async ({ sc }) => {
    const { MEMORY_ONLY, MEMORY_AND_DISK, DISK_ONLY, MEMORY_ONLY_SER } = StorageLevel
    const answers: unknown[] = []
    for (const level of [MEMORY_ONLY, MEMORY_AND_DISK, DISK_ONLY, MEMORY_ONLY_SER]) {
      const kept = wordPairs(sc).persist(level)
      const first = await kept.collect()
      const again = await kept.collect()
      await kept.unpersist()
      answers.push([toJson(first) === toJson(again), again.length])
    }
    return answers
  },
  'getStorageLevel descriptions': () => {
    const { NONE, MEMORY_ONLY, MEMORY_AND_DISK_SER_2, DISK_ONLY, OFF_HEAP } = StorageLevel
    const levels = [NONE, MEMORY_ONLY, MEMORY_AND_DISK_SER_2, DISK_ONLY, OFF_HEAP]
    return levels.map((level) => [level.toString(), level.description])
  },
  'checkpoint without a directory': async ({ sc }) => {
    const rdd = numbers(sc).map((n) => n + 1)
    rdd.checkpoint()
    return rdd.collect()
  },
  'localCheckpoint keeps the records': async ({ sc }) => {
    const rdd = numbers(sc)
      .map((n) => n + 1)
      .localCheckpoint()
    return [await rdd.collect(), await rdd.count(), rdd.isCheckpointed()]
  },
  'checkpoint keeps the records': async ({ sc, files }) => {
    sc.setCheckpointDir(join(files, 'checkpoints'))
    const rdd = numbers(sc).map((n) => n + 1)
    rdd.checkpoint()
    return [rdd.isCheckpointed(), await rdd.collect(), rdd.isCheckpointed(), await rdd.collect()]
  },

  // Files
  'saveAsTextFile layout': async ({ sc, files }) => {
    const directory = join(files, 'saved')
    await sc.parallelize(['a', 'b', 'c'], 2).saveAsTextFile(directory)
    return [listing(directory), content(directory, 'part-00000'), content(directory, 'part-00001')]
  },
  'saveAsTextFile of an empty RDD': async ({ sc, files }) => {
    const directory = join(files, 'saved')
    await sc.emptyRDD<string>().saveAsTextFile(directory)
    return listing(directory)
  },
  'saveAsTextFile of an empty partition': async ({ sc, files }) => {
    const directory = join(files, 'saved')
    await sc.parallelize(['a'], 3).saveAsTextFile(directory)
    return listing(directory).map((name) => [name, content(directory, name)])
  },
  'saveAsTextFile of plain values': async ({ sc, files }) => {
    const directory = join(files, 'saved')
    await sc.parallelize<unknown>([1, 2.5, true, 'x'], 1).saveAsTextFile(directory)
    return content(directory, 'part-00000')
  },
  'saveAsTextFile read again': async ({ sc, files }) => {
    const directory = join(files, 'saved')
    const nonEmpty = WORDS.filter((word) => word !== '')
    await sc.parallelize(nonEmpty, 3).saveAsTextFile(directory)
    return sorted(await sc.textFile(directory).collect())
  },
  'saveAsTextFile into an existing directory': async ({ sc, files }) => {
    const directory = join(files, 'saved')
    await sc.parallelize(['a'], 1).saveAsTextFile(directory)
    return sc
      .parallelize(['a'], 1)
      .saveAsTextFile(directory)
      .then(
        () => 'saved',
        (error: Error) => error.message.replace(files, ''),
      )
  },
  'saveAsObjectFile read again': async ({ sc, files }) => {
    const directory = join(files, 'objects')
    await pairs(sc).saveAsObjectFile(directory)
    return [listing(directory), sorted(await sc.objectFile<[string, number]>(directory).collect())]
  },
  'textFile into partitions': async ({ sc, files }) => {
    const lines = upTo(10).map((n) => `line ${n}\n`)
    const path = await write(files, 'ten.txt', lines.join(''))
    return Promise.all([1, 2, 3, 5].map((n) => glom(sc.textFile(path, n))))
  },
  'textFile line ends': async ({ sc, files }) =>
    sc.textFile(await write(files, 'ends.txt', 'a\r\nb\rc\n\nd'), 1).collect(),
  'textFile of an empty file': async ({ sc, files }) => glom(sc.textFile(await write(files, 'empty.txt', ''))),
  'textFile of a directory': async ({ sc, files }) => sorted(await sc.textFile(await directoryOf(files)).collect()),
  'textFile of a pattern and a list': async ({ sc, files }) => {
    const directory = await directoryOf(files)
    return [
      sorted(await sc.textFile(`${directory}/*.txt`).collect()),
      await sc.textFile(`${directory}/a.txt,${directory}/b.txt`).collect(),
    ]
  },
  'textFile of a missing path': ({ sc, files }) =>
    sc
      .textFile(join(files, 'missing'))
      .collect()
      .then(
        () => 'read',
        (error: Error) => error.message.replace(files, ''),
      ),
  wholeTextFiles: async ({ sc, files }) => {
    const found = await sc.wholeTextFiles(await directoryOf(files)).collect()
    return sorted(found.map(([path, text]) => [basename(path), text]))
  },
  binaryRecords: async ({ sc, files }) => {
    const path = await write(files, 'records.bin', Uint8Array.of(1, 2, 3, 4, 5, 6))
    return (await sc.binaryRecords(path, 2).collect()).map((record) => [...record])
  },
  binaryFiles: async ({ sc, files }) => {
    const path = await write(files, 'records.bin', Uint8Array.of(1, 2, 3, 4, 5, 6))
    return (await sc.binaryFiles(path).collect()).map(([name, bytes]) => [basename(name), [...bytes]])
  },
}

async function directoryOf(files: string): Promise<string> {
  await write(files, 'dir/b.txt', 'b1\nb2\n')
  await write(files, 'dir/a.txt', 'a1\n')
  await write(files, 'dir/_hidden', 'h\n')
  await write(files, 'dir/.dot', 'd\n')
  return join(files, 'dir')
}
