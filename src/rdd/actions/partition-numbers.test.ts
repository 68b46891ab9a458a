import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { Partitioner } from '../../task/partitioner.ts'

class Given extends Partitioner<string> {
  readonly #answers: readonly unknown[]
  #calls = 0
  constructor(...answers: readonly unknown[]) {
    super()
    this.#answers = answers
  }
  get numPartitions(): number {
    return 2
  }
  getPartition(): number {
    return this.#answers[Math.min(this.#calls++, this.#answers.length - 1)] as number
  }
}

describe('numbers of partitions', () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext(new SparkConf(false).setMaster('local[1]').setAppName('partitions'))
  })
  after(() => sc.stop())

  test('that there are not are refused by runJob, before anything runs', async () => {
    const rdd = sc.parallelize([1, 2, 3], 3)
    for (const wrong of [3, -1]) {
      await assert.rejects(
        sc.runJob(rdd, (records) => [...records], [0, wrong]),
        {
          code: 'NO_SUCH_PARTITION',
          message: /^Attempting to access a non-existent partition: .*Total number of partitions: 3/,
        },
      )
    }
    for (const wrong of [1.5, Number.NaN, '1', undefined, null]) {
      await assert.rejects(async () => sc.runJob(rdd, (records) => [...records], [0, wrong as number]), {
        code: 'WRONG_ARGUMENT',
      })
    }
    assert.deepEqual(await sc.runJob(rdd, (records) => [...records], [2, 0]), [[3], [1]])
    assert.deepEqual(await sc.runJob(rdd, (records) => [...records], []), [])
  })

  test('that a partitioner gives to lookup are checked', async () => {
    const pairs = sc.parallelize<[string, number]>([['a', 1]], 1)
    for (const wrong of [2, -1, 0.5, Number.NaN, '1', undefined]) {
      const partitioned = pairs.mapPartitions<[string, number]>((records) => records, true)
      const placed = partitioned.partitionBy(new Given(wrong))
      await assert.rejects(placed.lookup('a'), {
        code: 'NO_SUCH_PARTITION',
        message: /^Given\.getPartition gave .* for the key of lookup, but there are 2 partitions/,
      })
    }
    assert.deepEqual(await pairs.partitionBy(new Given(1)).lookup('a'), [1])
  })

  test('of a product beyond 2^31 - 1 are refused', async () => {
    const many = sc.range(0, 1, 1, 65_536)
    await assert.rejects(async () => many.cartesian(many).count(), {
      code: 'TOO_MANY_PARTITIONS',
      message: /65536 and 65536 partitions would have 4294967296/,
    })
    assert.equal(await many.cartesian(sc.range(0, 1, 1, 32_767)).getNumPartitions(), 65_536 * 32_767)
  })
})
