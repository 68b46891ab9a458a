import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SparkContext } from '../../src/index.ts'
import { StreamingHarness } from '../../src/testing/index.ts'

/** Records of the driver that no worker can be sent. */
const BAD: readonly (readonly [string, unknown])[] = [
  ['a function', () => 1],
  ['a promise', Promise.resolve(1)],
  ['a symbol key', { [Symbol('mark')]: 1 }],
]

describe('records of the driver that cannot become bytes', () => {
  for (const [what, record] of BAD) {
    test(`${what}: the action is rejected wherever the record stands, and the context works on`, async () => {
      await using sc = new SparkContext('local[1]', 'unsent')
      for (let place = 0; place < 3; place++) {
        // With one worker, all partitions but the first are encoded when that has answered.
        const records = [1, 2, 3].map((n) => (n - 1 === place ? record : n))
        await assert.rejects(sc.parallelize(records, 3).collect(), {
          code: 'RECORD_NOT_SERIALIZABLE',
          message: /\(parallelize at .*unsent-records\.test\.ts:\d+/,
        })
        const paired = sc.parallelize(records, 3).map((n) => [n, 1] as [unknown, number])
        await assert.rejects(paired.groupByKey().count(), { code: 'RECORD_NOT_SERIALIZABLE' })
      }
      const [bad, good] = await Promise.allSettled([
        sc.parallelize([1, 2, record], 3).count(),
        sc.parallelize([1, 2, 3], 3).count(),
      ])
      assert.equal(bad.status, 'rejected')
      assert.deepEqual(good, { status: 'fulfilled', value: 3 })
    })
  }

  test('an RDD of a queue fails its batch and no other', async () => {
    await using harness = new StreamingHarness({ master: 'local[1]', conf: { 'spark.log.level': 'OFF' } })
    const output = harness.collect(harness.input<unknown>([[1, 2], [1, () => 1], [3]], 2))
    await harness.ssc.start()
    await harness.advance(3)
    await assert.rejects(harness.ssc.awaitTermination(), { code: 'RECORD_NOT_SERIALIZABLE' })
    assert.deepEqual(output.records, [1, 2, 3])
  })
})
