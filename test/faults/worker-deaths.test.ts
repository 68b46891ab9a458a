import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SparkConf, SparkContext, TaskContext } from '../../src/index.ts'

const attempt = () => TaskContext.get()?.attemptNumber() ?? -1

function context(master: string, settings: Record<string, string> = {}): SparkContext {
  return new SparkContext(master, 'worker deaths', new SparkConf(false).setAll(settings))
}

describe('a worker thread that dies', () => {
  test('in process.exit of user code: the task is tried again and no answer is wrong', async () => {
    await using sc = context('local[2,3]')
    const squares = sc.range(0, 8, 1, 4).map((n) => {
      if (n === 5 && attempt() === 0) process.exit(3)
      return n * n
    })
    assert.deepEqual(await squares.collect(), [0, 1, 4, 9, 16, 25, 36, 49])
  })

  test('each time: the job fails and says so, and the next job runs', async () => {
    await using sc = context('local[2,2]')
    const deadly = sc.range(0, 4, 1, 2).foreach((n) => {
      if (n === 3) process.exit(3)
    })
    await assert.rejects(deadly, /Job aborted due to stage failure: Task 1 in stage 0\.0 failed \d+ times/)
    assert.equal(await sc.range(0, 10, 1, 4).count(), 10)
  })

  const stray: readonly (readonly [string, () => void])[] = [
    [
      'a throw in a timer',
      () => {
        setTimeout(() => {
          throw new RangeError('stray')
        }, 0)
      },
    ],
    [
      'a promise that is rejected and that nobody awaits',
      () => {
        void (async () => {
          await null
          throw new RangeError('stray')
        })()
      },
    ],
  ]
  for (const [what, happens] of stray) {
    test(`by ${what}: the error is the cause, is logged with the user's line, and the next job runs`, async (t) => {
      const lines: string[] = []
      t.mock.method(process.stderr, 'write', (text: string) => {
        lines.push(text)
        return true
      })
      await using sc = context('local[1,1]', { 'spark.task.maxWorkerDeaths': '1' })
      const waiting = sc.range(0, 1, 1, 1).foreachPartition(async () => {
        happens()
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      })
      await assert.rejects(waiting, (error: Error) => {
        const { name, message, stack } = error.cause as Error
        assert.deepEqual([name, message], ['RangeError', 'stray'])
        assert.match(stack ?? '', /worker-deaths\.test\.ts:\d+/)
        assert.match(error.message, /worker 0 died: stray/)
        return true
      })
      assert.match(
        lines.join(''),
        /ERROR Worker: Worker 0 ended during task \d+ by an error that no task awaited.*RangeError: stray.*worker-deaths/s,
      )
      assert.equal(await sc.range(0, 10, 1, 1).count(), 10)
    })
  }

  test('out of memory: the job fails and says so, and the next job runs', async () => {
    await using sc = context('local[1,1]', { 'spark.executor.memory': '32m', 'spark.task.maxWorkerDeaths': '1' })
    const greedy = sc.range(0, 1, 1, 1).map(() => {
      const kept: number[][] = []
      for (;;) kept.push(new Array<number>(10_000).fill(kept.length))
    })
    await assert.rejects(
      greedy.collect(),
      /Job aborted due to stage failure: Task 0 in stage 0\.0 failed 1 times.*memory/is,
    )
    assert.equal(await sc.range(0, 10, 1, 4).count(), 10)
  })

  test('on the reduce side: the shuffle is read again', async () => {
    await using sc = context('local[2,3]')
    const sums = sc
      .range(0, 1000, 1, 4)
      .map((n) => [n % 10, n])
      .reduceByKey((a, b) => a + b, 3)
      .map(([key, sum]) => {
        if (key === 4 && attempt() === 0) process.exit(1)
        return [key, sum]
      })
    const expected = Array.from({ length: 10 }, (_, key): [number, number] => [key, 49_500 + key * 100])
    assert.deepEqual(
      (await sums.collect()).sort(([a], [b]) => a - b),
      expected,
    )
  })

  test('with cached partitions: those are computed again, and the others are not', async () => {
    await using sc = context('local[2,3]')
    const computed = sc.longAccumulator('computed')
    const cached = sc
      .range(0, 8, 1, 4)
      .map((n) => {
        computed.add(1)
        return n * 2
      })
      .cache()
    const all = [0, 2, 4, 6, 8, 10, 12, 14]
    assert.deepEqual(await cached.collect(), all)
    assert.deepEqual(await cached.collect(), all)
    assert.equal(computed.value, 8, 'the second collect reads what is cached')

    await sc.range(0, 1, 1, 1).foreach(() => {
      if (attempt() === 0) process.exit(1)
    })
    assert.deepEqual(await cached.collect(), all)
    assert(computed.value > 8 && computed.value < 16, `what the dead worker held is computed again: ${computed.value}`)
    assert.deepEqual(await cached.collect(), all)
  })
})
