import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { useReferenceEngine } from '../../../test/model/use-reference-engine.ts'
import { SparkContext } from '../../context/spark-context.ts'
import type { RDD } from '../rdd.ts'
import type { PartialResult } from './partial-result.ts'

const TIMEOUT_MS = 5000

/** Lets an approximate action's time run out when one of two partitions, with the numbers 1 to 10, is done, and opens the other one then. */
async function halfWay<R>(
  t: TestContext,
  act: (rdd: RDD<number>) => Promise<PartialResult<R>>,
): Promise<{ partial: PartialResult<R>; final: R }> {
  const stopUsing = useReferenceEngine()
  t.after(stopUsing)
  await using sc = new SparkContext('local[2]', 'approximate')
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let reach = () => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  // The reference engine runs partitions one after another in this thread.
  const rdd = sc.range(1, 21, 1, 2).mapPartitionsWithIndex(async (index, records) => {
    if (index === 1) {
      reach()
      await opened
    }
    return records
  })
  const acting = act(rdd)
  await reached
  t.mock.timers.tick(TIMEOUT_MS)
  const partial = await acting
  open()
  return { partial, final: await partial.getFinalValue() }
}

test('a count whose time is up is the count so far and an estimate of the rest', async (t) => {
  const { partial, final } = await halfWay(t, (rdd) => rdd.countApprox(TIMEOUT_MS))
  assert.equal(partial.isInitialValueFinal, false)
  const { mean, confidence, low, high } = partial.initialValue
  assert.deepEqual({ mean, confidence, low, high }, { mean: 20, confidence: 0.95, low: 14, high: 27 })
  assert.equal(String(partial), '(partial: [14.000, 27.000])')
  assert.equal(String(final), '[20.000, 20.000]')
})

test('a mean whose time is up is bounded by how the numbers so far scatter', async (t) => {
  const { partial, final } = await halfWay(t, (rdd) => rdd.meanApprox(TIMEOUT_MS))
  const { mean, low, high } = partial.initialValue
  assert.equal(mean, 5.5)
  // Student's 2.262157 times the standard error 3.02765 / sqrt(10).
  assert(Math.abs(high - 5.5 - 2.165852) < 1e-5, `high ${high}`)
  assert(Math.abs(5.5 - low - 2.165852) < 1e-5, `low ${low}`)
  assert.equal(final.mean, 10.5)
})

test('a sum whose time is up adds the mean for what is missing', async (t) => {
  const { partial, final } = await halfWay(t, (rdd) => rdd.sumApprox(TIMEOUT_MS))
  const { mean, low, high } = partial.initialValue
  assert.equal(mean, 110)
  assert(low > 0 && low < 110 && high > 110)
  assert.equal(final.mean, 210)
})

test('counts by value whose time is up are each estimated', async (t) => {
  const { partial, final } = await halfWay(t, (rdd) => rdd.map((n) => n % 2).countByValueApprox(TIMEOUT_MS))
  assert.equal(partial.initialValue.get(1)?.mean, 10)
  assert.deepEqual([...final].map(([key, { mean }]) => [key, mean]).sort(), [
    [0, 10],
    [1, 10],
  ])
})
