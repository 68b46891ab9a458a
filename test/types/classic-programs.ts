/**
 * Spark's classic programs, written without type annotations where Scala and Python need none. This file is never run: `npm run typecheck` compiles it.
 */
import type { RDD, SparkContext, StreamingContext } from '../../src/index.ts'
import { Seconds, type State, StateSpec } from '../../src/index.ts'
import { assertType, type Same } from './check.ts'

export async function wordCount(sc: SparkContext): Promise<void> {
  const counts = sc
    .textFile('README.md')
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
  const sorted = counts.map(([word, count]) => [count, word]).sortByKey(false)
  assertType<Same<typeof sorted, RDD<[number, string]>>>()
  for (const [word, count] of await counts.sortBy(([, n]) => n, false).take(10)) console.log(word, count + 1)
}

export async function pi(sc: SparkContext, samples: number): Promise<number> {
  const inside = await sc
    .range(0, samples)
    .map(() => (Math.random() ** 2 + Math.random() ** 2 < 1 ? 1 : 0))
    .reduce((a, b) => a + b)
  return (4 * inside) / samples
}

export async function pageRank(sc: SparkContext): Promise<[string, number][]> {
  const links = sc
    .textFile('urls.txt')
    .map((line) => {
      const [from = '', to = ''] = line.split(/\s+/)
      return [from, to]
    })
    .distinct()
    .groupByKey()
    .cache()
  let ranks = links.mapValues(() => 1)
  for (let i = 0; i < 10; i++) {
    const contributions = links
      .join(ranks)
      .values()
      .flatMap(([urls, rank]) => urls.map((url) => [url, rank / urls.length]))
    ranks = contributions.reduceByKey((a, b) => a + b).mapValues((rank) => 0.15 + 0.85 * rank)
  }
  return ranks.collect()
}

export async function kMeans(sc: SparkContext, k: number): Promise<number[][]> {
  const points = sc
    .textFile('points.txt')
    .map((line) => line.split(' ').map(Number))
    .cache()
  let centers = await points.takeSample(false, k, 42)
  const add = (a: number[], b: number[]) => a.map((x, i) => x + b[i]!)
  for (let i = 0; i < 20; i++) {
    const known = sc.broadcast(centers)
    const closest = points.map((point) => [nearest(point, known.value), [point, 1]])
    const sums = closest.reduceByKey(([a, n], [b, m]) => [add(a, b), n + m])
    const moved = await sums.map(([center, [sum, count]]) => [center, sum.map((x) => x / count)]).collect()
    for (const [center, point] of moved) centers = centers.with(center, point as number[])
  }
  return centers
}

function nearest(point: number[], centers: number[][]): number {
  const distance = (center: number[]) => center.reduce((sum, x, i) => sum + (x - point[i]!) ** 2, 0)
  return centers.reduce((best, center, i) => (distance(center) < distance(centers[best]!) ? i : best), 0)
}

export async function transitiveClosure(sc: SparkContext, edges: [number, number][]): Promise<number> {
  let closure = sc.parallelize(edges, 2).cache()
  const reversed = closure.map(([from, to]) => [to, from])
  let before = 0
  for (let now = await closure.count(); now !== before; now = await closure.count()) {
    before = now
    const longer = closure.join(reversed).map(([, [to, from]]) => [from, to])
    closure = closure.union(longer).distinct().cache()
  }
  return before
}

export async function logMining(sc: SparkContext): Promise<void> {
  const errors = sc.textFile('log').filter((line) => line.startsWith('ERROR'))
  const messages = errors.map((line) => line.split('\t')[1] ?? '').cache()
  console.log(await messages.filter((text) => text.includes('mysql')).count())
  const byHour = errors.map((line) => [line.slice(0, 13), 1]).countByKey()
  assertType<Same<typeof byHour, Promise<Map<string, number>>>>()
}

export async function logisticRegression(sc: SparkContext, dimensions: number): Promise<number[]> {
  const points = sc
    .textFile('data')
    .map((line) => line.split(' ').map(Number))
    .map(([label = 0, ...features]) => ({ label, features }))
    .cache()
  let weights: number[] = Array.from({ length: dimensions }, () => 0)
  for (let i = 0; i < 10; i++) {
    const now = weights
    const gradient = await points
      .map(({ label, features }) => {
        const margin = features.reduce((sum, x, j) => sum + x * now[j]!, 0)
        const scale = (1 / (1 + Math.exp(-label * margin)) - 1) * label
        return features.map((x) => x * scale)
      })
      .reduce((a, b) => a.map((x, j) => x + b[j]!))
    weights = now.map((w, j) => w - gradient[j]!)
  }
  return weights
}

export async function averageByKey(sc: SparkContext): Promise<void> {
  const scores = sc.parallelize([
    ['a', 1],
    ['b', 2],
  ] as [string, number][])
  const averages = scores
    .mapValues((score) => [score, 1])
    .reduceByKey((x, y) => [x[0] + y[0], x[1] + y[1]])
    .mapValues(([sum, count]) => sum / count)
  assertType<Same<typeof averages, RDD<[string, number]>>>()
  const combined = scores.aggregateByKey(
    [0, 0],
    ([sum, count], score) => [sum + score, count + 1],
    (a, b) => [a[0] + b[0], a[1] + b[1]],
  )
  console.log(await combined.collectAsMap())
}

export async function invertedIndex(sc: SparkContext): Promise<void> {
  const index = sc
    .wholeTextFiles('docs')
    .flatMap(([path, text]) => text.split(/\W+/).map((word) => [[word, path], 1]))
    .reduceByKey((a, b) => a + b)
    .map(([[word, path], count]) => [word, [path, count]])
    .groupByKey()
    .mapValues((places) => places.toSorted(([, a], [, b]) => b - a))
  assertType<Same<typeof index, RDD<[string, [string, number][]]>>>()
}

export async function joins(sc: SparkContext): Promise<void> {
  const users = sc.parallelize([[1, 'ann']] as [number, string][])
  const orders = sc.parallelize([[1, { total: 5 }]] as [number, { total: number }][])
  const spent = users.leftOuterJoin(orders).mapValues(([name, order]) => ({ name, total: order?.total ?? 0 }))
  assertType<Same<typeof spent, RDD<[number, { name: string; total: number }]>>>()
  const grouped = users.cogroup(orders).mapValues(([names, totals]) => names.length + totals.length)
  assertType<Same<typeof grouped, RDD<[number, number]>>>()
}

export async function mutualFriends(sc: SparkContext): Promise<void> {
  const friends = sc.parallelize([['ann', ['bob', 'cem']]] as [string, string[]][])
  const mutual = friends
    .flatMap(([name, others]) => others.map((other) => [[name, other].sort().join(), others]))
    .reduceByKey((a, b) => a.filter((name) => b.includes(name)))
  assertType<Same<typeof mutual, RDD<[string, string[]]>>>()
}

export async function accumulators(sc: SparkContext): Promise<void> {
  const blank = sc.longAccumulator('blank lines')
  await sc.textFile('f').foreach((line) => {
    if (line === '') blank.add(1)
  })
  console.log(blank.value + 1)
}

// The streaming guide's programs

export function networkWordCount(ssc: StreamingContext): void {
  const counts = ssc
    .socketTextStream('localhost', 9999)
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
  counts.pprint()
}

export function statefulNetworkWordCount(ssc: StreamingContext): void {
  const pairs = ssc
    .socketTextStream('localhost', 9999)
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
  pairs.updateStateByKey((values, state) => values.reduce((a, b) => a + b, 0) + (state ?? 0)).print()
  const spec = StateSpec.function((word: string, one: number | undefined, state: State<number>) => {
    const sum = (one ?? 0) + (state.getOption() ?? 0)
    state.update(sum)
    return [word, sum]
  })
  pairs.mapWithState(spec.timeout('1h')).print()
}

export function windows(ssc: StreamingContext): void {
  const pairs = ssc.textFileStream('dir').map((line) => [line, 1])
  pairs.reduceByKeyAndWindow((a, b) => a + b, Seconds(30), Seconds(10)).print()
  pairs
    .window('30s', '10s')
    .groupByKey()
    .mapValues((ones) => ones.length)
    .print()
  pairs.countByWindow(30, 10).print()
  pairs
    .map(([line]) => line)
    .countByValueAndWindow('1m', '10s')
    .print()
}

export function topHashtags(ssc: StreamingContext): void {
  ssc
    .socketTextStream('localhost', 9999)
    .flatMap((line) => line.split(' '))
    .filter((word) => word.startsWith('#'))
    .map((tag) => [tag, 1])
    .reduceByKeyAndWindow((a, b) => a + b, 60)
    .map(([tag, count]) => [count, tag])
    .transform((rdd) => rdd.sortByKey(false))
    .foreachRDD(async (rdd) => {
      for (const [count, tag] of await rdd.take(10)) console.log(tag, count + 1)
    })
}

export function spamFilter(ssc: StreamingContext, known: RDD<[string, number]>): void {
  ssc
    .textFileStream('dir')
    .map((line) => [line, 1])
    .transform((rdd) => rdd.join(known).filter(([, [, score]]) => score < 0.5))
    .mapValues(([count, score]) => count * score)
    .print()
}

export function foreachPartitionOfBatches(ssc: StreamingContext): void {
  ssc.textFileStream('dir').foreachRDD((rdd) =>
    rdd.foreachPartition(async (records) => {
      for (const batch of records.map((line) => line.length).take(100)) console.log(batch + 1)
    }),
  )
}
