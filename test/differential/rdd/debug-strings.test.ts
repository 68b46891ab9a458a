import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import type { RDD } from '../../../src/index.ts'
import { HashPartitioner, SparkConf, SparkContext } from '../../../src/index.ts'

// What Spark 4.3 gave for `toDebugString` of each operation, without its source lines: `@@`, a name, and the lines.
const recorded = new Map(
  readFileSync(new URL('debug-strings.txt', import.meta.url), 'utf8')
    .split('@@')
    .slice(1)
    .map((entry): [string, string] => {
      const end = entry.indexOf('\n')
      return [entry.slice(0, end), entry.slice(end + 1).trimEnd()]
    }),
)

/** Ids by their rank: jobs of other tests took some. */
function ranked(text: string): string {
  const ids = [...new Set([...text.matchAll(/RDD2?\[(\d+)\]/g)].map(([, id]) => Number(id)))].sort((a, b) => a - b)
  return text.replaceAll(/(RDD2?)\[(\d+)\]/g, (_, name, id) => `${name}[${ids.indexOf(Number(id))}]`)
}

describe('every operation makes the RDDs that Spark makes', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'debug-strings-'))
  writeFileSync(path.join(directory, 'a.txt'), 'a b\nc\n')
  const sc = new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('debug strings'))
  after(async () => {
    await sc.stop()
    rmSync(directory, { recursive: true })
  })
  const nums = sc.parallelize([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3)
  const pairs = () => nums.map((x): [number, number] => [x % 2, x])
  const right = () => sc.parallelize([1, 2, 3, 4], 2).map((x): [number, number] => [x, x])
  const plus = (a: number, b: number) => a + b
  const byKey = pairs().reduceByKey(plus)
  const halves = new Map([
    [0, 0.5],
    [1, 0.5],
  ])

  const operations: Readonly<Record<string, () => RDD<unknown> | Promise<RDD<unknown>>>> = {
    range: () => sc.range(0, 10, 1, 2),
    emptyRDD: () => sc.emptyRDD(),
    makeRDD: () => sc.makeRDD([1, 2, 3], 2),
    textFile: () => sc.textFile(`${directory}/a.txt`, 2),
    wholeTextFiles: () => sc.wholeTextFiles(directory),
    binaryFiles: () => sc.binaryFiles(directory),
    binaryRecords: () => sc.binaryRecords(directory, 1),
    union: () => sc.union([nums, nums]),
    flatMap: () => nums.flatMap((x) => [x]),
    mapPartitions: () => nums.mapPartitions((x) => x),
    glom: () => nums.glom(),
    keyBy: () => nums.keyBy((x) => x),
    coalesce: () => nums.coalesce(2),
    coalesceShuffle: () => nums.coalesce(2, true),
    repartition: () => nums.repartition(4),
    cartesian: () => nums.cartesian(nums),
    pipe: () => nums.pipe('cat'),
    sample: () => nums.sample(false, 0.5, 1),
    samplePoisson: () => nums.sample(true, 0.5, 1),
    randomSplit: () => nums.randomSplit([1, 1], 1)[0]!,
    zip: () => nums.zip(nums),
    zipPartitions: () => nums.zipPartitions(nums, (a) => a),
    zipWithIndex: () => nums.zipWithIndex(),
    zipWithUniqueId: () => nums.zipWithUniqueId(),
    distinct: () => nums.distinct(),
    intersection: () => nums.intersection(nums),
    subtract: () => nums.subtract(nums),
    groupBy: () => nums.groupBy((x) => x % 2),
    sortBy: () => nums.sortBy((x) => -x),
    keys: () => pairs().keys(),
    mapValues: () => pairs().mapValues((x) => x),
    flatMapValues: () => pairs().flatMapValues((x) => [x]),
    reduceByKey: () => pairs().reduceByKey(plus),
    groupByKey: () => pairs().groupByKey(),
    aggregateByKey: () => pairs().aggregateByKey(0, plus, plus),
    foldByKey: () => pairs().foldByKey(0, plus),
    combineByKey: () => pairs().combineByKey((x: number) => x, plus, plus),
    partitionBy: () => pairs().partitionBy(new HashPartitioner(4)),
    sortByKey: () => pairs().sortByKey(),
    repartitionAndSort: () => pairs().repartitionAndSortWithinPartitions(new HashPartitioner(4)),
    repartitionAndSortSame: () =>
      pairs().partitionBy(new HashPartitioner(4)).repartitionAndSortWithinPartitions(new HashPartitioner(4)),
    filterByRange: () => pairs().filterByRange(0, 1),
    filterByRangeSorted: () => pairs().sortByKey().filterByRange(0, 1),
    cogroup: () => pairs().cogroup(right()),
    cogroup3: () => pairs().cogroup(right(), right()),
    groupWith: () => pairs().groupWith(right()),
    join: () => pairs().join(right()),
    leftOuterJoin: () => pairs().leftOuterJoin(right()),
    rightOuterJoin: () => pairs().rightOuterJoin(right()),
    fullOuterJoin: () => pairs().fullOuterJoin(right()),
    subtractByKey: () => pairs().subtractByKey(right()),
    sampleByKey: () => pairs().sampleByKey(false, halves, 1),
    sampleByKeyExact: () => pairs().sampleByKeyExact(false, halves, 1),
    countApproxDistinctByKey: () => pairs().countApproxDistinctByKey(0.05),
    distinctPartitioned: () => byKey.distinct(),
    reduceTwice: () => byKey.reduceByKey(plus),
    unionAware: () => byKey.union(byKey.mapValues((x) => x + 1)),
    checkpoint: async () => {
      sc.setCheckpointDir(directory)
      const rdd = nums.map((x) => x)
      rdd.checkpoint()
      await rdd.count()
      return rdd.map((x) => x)
    },
    objectFile: async () => {
      await nums.saveAsObjectFile(`${directory}/obj`)
      return sc.objectFile(`${directory}/obj`)
    },
    sequenceFile: async () => {
      await right().saveAsSequenceFile(`${directory}/seq`)
      return sc.sequenceFile<number, number>(`${directory}/seq`)
    },
    partitionBySame: () => byKey.partitionBy(byKey.partitioner!),
  }

  test('of everything that was recorded', () => {
    assert.deepEqual([...recorded.keys()].sort(), Object.keys(operations).sort())
  })

  for (const [name, make] of Object.entries(operations)) {
    test(name, async () => {
      const rdd = await make()
      const shown = String(rdd)
      const drawn = (await rdd.toDebugString()).replaceAll(/ at debug-strings\.test\.ts:\d+:\d+/g, '')
      // A checkpoint has the id of its RDD here, and one of its own in Spark.
      const ids = (text: string) => (name === 'checkpoint' ? text.replaceAll(/\[\d+\]/g, '') : ranked(text))
      assert.equal(ids(drawn.replaceAll(directory, 'PATH')), ids(recorded.get(name)!))
      // The class is known before files are listed or keys sampled.
      const [, className] = /^\S* ?(?:\S+ )?(\w+)\[/.exec(recorded.get(name)!)!
      assert.match(shown, new RegExp(`\\b${className}\\[\\d+\\] at `))
    })
  }
})
