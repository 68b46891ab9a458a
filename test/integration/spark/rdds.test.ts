import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { SparkConf } from '../../../src/settings/spark-conf.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

let server: SparkServer
let sc: SparkContext

before(async () => {
  server = await startSparkServer()
  sc = new SparkContext(new SparkConf(false).setMaster(server.url).setAppName('rdds'))
})

after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
})

test('a function with what it closes over runs on the executors', async () => {
  const factor = 10
  const squares = sc.parallelize([1, 2, 3, 4, 5], 3).map((x) => ({ of: x, is: x * factor }))
  assert.deepEqual(await squares.glom().collect(), [
    [{ of: 1, is: 10 }],
    [
      { of: 2, is: 20 },
      { of: 3, is: 30 },
    ],
    [
      { of: 4, is: 40 },
      { of: 5, is: 50 },
    ],
  ])
})

test('keys are in the partitions in which the embedded engine has them', async () => {
  const words = 'to be or not to be that is the question'.split(' ')
  const counts = sc
    .parallelize(words, 3)
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b, 4)
  const { HashPartitioner } = await import('../../../src/task/partitioner.ts')
  const partitioner = new HashPartitioner(4)
  const partitions = await counts.glom().collect()
  assert.equal(partitions.length, 4)
  for (const [partition, pairs] of partitions.entries()) {
    for (const [word] of pairs) assert.equal(partitioner.getPartition(word), partition)
  }
  assert.deepEqual(Object.fromEntries(partitions.flat()), {
    to: 2,
    be: 2,
    or: 1,
    not: 1,
    that: 1,
    is: 1,
    the: 1,
    question: 1,
  })
})

test('accumulators count once for each record, through shuffles and persisted RDDs', async () => {
  const seen = sc.longAccumulator('seen')
  const merged = sc.collectionAccumulator<string>('merged')
  const counts = sc
    .parallelize(['a', 'b', 'a'], 3)
    .map((key): [string, number] => {
      seen.add(1)
      return [key, 1]
    })
    .reduceByKey((a, b) => {
      merged.add('once')
      return a + b
    }, 2)
    .persist()
  assert.equal(await counts.count(), 2)
  assert.equal(await counts.count(), 2)
  assert.equal(seen.value, 3)
  assert.deepEqual(merged.value, ['once'])
  await counts.unpersist()
})

test('broadcast values, small and large, are read by tasks', async () => {
  const table = sc.broadcast(new Map([['a', 1]]))
  const large = sc.broadcast('x'.repeat(3_000_000))
  const lengths = sc.parallelize(['a', 'b']).map((key) => table.value.get(key) ?? large.value.length)
  assert.deepEqual(await lengths.collect(), [1, 3_000_000])
})

test('persisted RDDs are read as they stand, and joined in every way', async () => {
  const kept = sc
    .parallelize([1, 2, 3, 4], 2)
    .map((x) => x * 2)
    .persist()
  assert.deepEqual(await kept.glom().collect(), [
    [2, 4],
    [6, 8],
  ])
  assert.deepEqual(await kept.union(kept).coalesce(2).glom().collect(), [
    [2, 4, 6, 8],
    [2, 4, 6, 8],
  ])
  assert.deepEqual(await kept.zip(sc.parallelize(['a', 'b', 'c', 'd'], 2)).take(2), [
    [2, 'a'],
    [4, 'b'],
  ])
  assert.equal(await kept.cartesian(kept).count(), 16)
  await kept.unpersist()
})

test('instances of a class of the program keep their class', async () => {
  class Point {
    readonly x: number
    constructor(x: number) {
      this.x = x
    }
    twice(): Point {
      return new Point(this.x * 2)
    }
  }
  const [point] = await sc
    .parallelize([new Point(2)])
    .map((given) => given.twice())
    .collect()
  assert(point instanceof Point)
  assert.equal(point.x, 4)
})

test('data above the limit of a plan goes up before, and executors hold it for the job', async () => {
  const text = 'y'.repeat(1_000_000)
  const many = sc.parallelize(
    Array.from({ length: 60 }, (_, i) => text + i),
    4,
  )
  assert.equal(await many.map((one) => one.length).reduce((a, b) => a + b), 60_000_110)
})
