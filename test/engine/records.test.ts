import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SparkContext } from '../../src/index.ts'

class Point {
  readonly x: number
  readonly y: number
  constructor(x: number, y: number) {
    this.x = x
    this.y = y
  }
  plus(other: Point): Point {
    return new Point(this.x + other.x, this.y + other.y)
  }
}

describe('records on their way between threads', () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext('local[2]', 'records')
  })
  after(() => sc.stop())

  test('an instance of a class that the closures use keeps its class through a shuffle and on the driver', async () => {
    const points = sc.range(0, 10, 1, 2).map((i) => [i % 2, new Point(i, -i)] as [number, Point])
    const sums = await points.reduceByKey((a, b) => a.plus(b)).collectAsMap()
    const even = sums.get(0)
    assert.ok(even instanceof Point)
    assert.deepEqual(even.plus(new Point(0, 1)), new Point(20, -19))
  })

  test('an instance that the driver holds arrives with its class', async () => {
    const lengths = sc.parallelize([new Point(3, 4), new Point(6, 8)], 2).map((point) => point.plus(new Point(1, 1)).x)
    assert.deepEqual(await lengths.collect(), [4, 7])
  })

  test('an instance of a class that no closure names keeps its class, on workers and back on the driver', async () => {
    class Tag {
      readonly name: string
      constructor(name: string) {
        this.name = name
      }
      loud(): string {
        return this.name.toUpperCase()
      }
    }
    const tags = await sc
      .parallelize([new Tag('a'), new Tag('b')], 2)
      .map((tag) => [tag.loud(), tag] as [string, Tag])
      .collect()
    assert.deepEqual(
      tags.map(([loud, tag]) => [loud, tag instanceof Tag, tag.loud()]),
      [
        ['A', true, 'A'],
        ['B', true, 'B'],
      ],
    )
  })

  test('dates, maps, bytes, big integers and undefined arrive as they were', async () => {
    const records = [new Date(5), new Map([['a', [1n]]]), Uint8Array.of(1, 2), undefined, null, Number.NaN, -0]
    assert.deepEqual(await sc.parallelize(records, 3).collect(), records)
  })

  test('a record that cannot travel fails the job and says which field of it is the reason', async () => {
    const failing = sc.parallelize([1], 1).map((i) => ({ i, later: { run: () => i } }))
    await assert.rejects(failing.collect(), (error: Error) => {
      assert.match(error.message, /Job aborted due to stage failure/)
      assert.match((error.cause as Error).message, /later\.run/)
      return true
    })
  })

  test('results above spark.driver.maxResultSize abort the job', async () => {
    await sc.stop()
    const { SparkConf } = await import('../../src/index.ts')
    sc = new SparkContext(
      new SparkConf().setMaster('local[2]').setAppName('limit').set('spark.driver.maxResultSize', '100k'),
    )
    await assert.rejects(
      sc
        .range(0, 10, 1, 2)
        .map((i) => `${i}${'y'.repeat(50_000)}`)
        .collect(),
      { code: 'RESULT_TOO_LARGE' },
    )
    assert.equal(await sc.range(0, 10).count(), 10)
  })
})
