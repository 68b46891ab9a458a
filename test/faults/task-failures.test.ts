import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SparkContext, SparkException, TaskContext } from '../../src/index.ts'

const attempt = () => TaskContext.get()?.attemptNumber() ?? -1

describe('a task that throws', () => {
  test('is tried again under local[N,F], and the job succeeds', async () => {
    await using sc = new SparkContext('local[2,3]', 'retries')
    const squares = sc.range(0, 8, 1, 4).map((n) => {
      if (n === 5 && attempt() < 2) throw new Error(`not on attempt ${attempt()}`)
      return n * n
    })
    assert.deepEqual(await squares.collect(), [0, 1, 4, 9, 16, 25, 36, 49])
  })

  test('aborts the job once it failed as often as allowed, in the words of Spark', async () => {
    await using sc = new SparkContext('local[2,3]', 'retries')
    const failing = sc.range(0, 8, 1, 4).map((n) => {
      if (n === 5) throw new RangeError(`never: attempt ${attempt()}`)
      return n
    })
    await assert.rejects(failing.collect(), (error: unknown) => {
      assert(error instanceof SparkException)
      assert.match(
        error.message,
        /^Job aborted due to stage failure: Task 2 in stage \d+\.0 failed 3 times, most recent failure: .*never: attempt 2/s,
      )
      const cause = error.cause as Error
      assert.deepEqual([cause.name, cause.message], ['RangeError', 'never: attempt 2'])
      assert.match(cause.stack ?? '', /task-failures\.test\.ts:\d+/)
      return true
    })
  })

  test('has one attempt under local[N]', async () => {
    await using sc = new SparkContext('local[2]', 'retries')
    const failing = sc.range(0, 2, 1, 2).map((n) => {
      if (attempt() === 0) throw new Error('first attempt')
      return n
    })
    await assert.rejects(failing.collect(), /failed 1 times, most recent failure: .*first attempt/)
  })

  test('on the map side of a shuffle is tried again too', async () => {
    await using sc = new SparkContext('local[2,2]', 'retries')
    const counts = sc
      .range(0, 100, 1, 4)
      .map((n) => {
        if (n % 25 === 0 && attempt() === 0) throw new Error('first attempt')
        return [n % 3, 1]
      })
      .reduceByKey((a, b) => a + b, 2)
    assert.deepEqual(
      new Map(await counts.collect()),
      new Map([
        [0, 34],
        [1, 33],
        [2, 33],
      ]),
    )
  })

  test('leaves the context usable', async () => {
    await using sc = new SparkContext('local[2]', 'retries')
    const failing = sc.range(0, 4, 1, 4).foreach(() => {
      throw new Error('no')
    })
    await assert.rejects(failing)
    assert.equal(await sc.range(0, 4, 1, 4).count(), 4)
  })
})

describe('accumulators', () => {
  test('count each task of an action once, however often it was tried', async () => {
    await using sc = new SparkContext('local[2,4]', 'accumulators')
    const seen = sc.longAccumulator('seen')
    const names = sc.collectionAccumulator<string>('names')
    await sc.range(0, 20, 1, 5).foreachPartition((records) => {
      for (const n of records) {
        seen.add(n)
        if (n % 4 === 3 && attempt() < 2) throw new Error('after adding')
      }
      names.add(`partition ${TaskContext.getPartitionId()}`)
    })
    assert.deepEqual([seen.value, seen.count], [190, 20])
    assert.deepEqual(
      [...names.value].sort(),
      [0, 1, 2, 3, 4].map((i) => `partition ${i}`),
    )
  })

  test('take nothing of a task that never succeeded', async () => {
    await using sc = new SparkContext('local[1,2]', 'accumulators')
    const seen = sc.longAccumulator()
    const failing = sc.range(0, 2, 1, 1).foreach((n) => {
      seen.add(1)
      if (n === 1) throw new Error('no')
    })
    await assert.rejects(failing)
    assert.equal(seen.value, 0)
    await sc.range(0, 3, 1, 1).foreach(() => seen.add(1))
    assert.equal(seen.value, 3)
  })
})
