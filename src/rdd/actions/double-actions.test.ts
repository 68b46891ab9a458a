import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'

onEachEngine((context) => {
  const doubles = (...values: number[]) => context().parallelize(values, 2)

  test('statistics are those of the numbers as a whole, and print as in Spark', async () => {
    const rdd = doubles(1, 2, 4)
    const stats = await rdd.stats()
    assert.equal(String(stats), '(count: 3, mean: 2.333333, stdev: 1.247219, max: 4.000000, min: 1.000000)')
    assert.equal(stats.sum(), 7)
    assert.equal(await rdd.sum(), 7)
    assert.equal(await rdd.mean(), 7 / 3)
    const close = (a: number, b: number) => assert(Math.abs(a - b) < 1e-12, `${a} is not ${b}`)
    close(await rdd.variance(), 14 / 9)
    close(await rdd.popVariance(), 14 / 9)
    close(await rdd.sampleVariance(), 7 / 3)
    close(await rdd.stdev(), Math.sqrt(14 / 9))
    close(await rdd.popStdev(), Math.sqrt(14 / 9))
    close(await rdd.sampleStdev(), Math.sqrt(7 / 3))
    assert.equal(await doubles(1).sampleVariance(), Number.NaN)
  })

  test('a histogram of a number of buckets cuts the range evenly', async () => {
    assert.deepEqual(await doubles(1, 2, 4, 9.5).histogram(3), [
      [1, 3.8333333333333335, 6.666666666666667, 9.5],
      [2, 1, 1],
    ])
    assert.deepEqual(await doubles(1, 2, 4, 9.5).histogram(1), [[1, 9.5], [4]])
    assert.deepEqual(await doubles(2, 2).histogram(3), [[2, 2], [2]])
  })

  test('a histogram of given buckets counts the last one with its end, and nothing outside', async () => {
    assert.deepEqual(await doubles(1, 2, 4, 9.5).histogram([1, 2, 4]), [1, 2])
    assert.deepEqual(await doubles(-1, 1, 2, 4, 9.5, 10, 11, Number.NaN).histogram([1, 2, 4, 10]), [1, 1, 3])
    assert.deepEqual(await doubles(0, 1, 2, 3, 4, 5).histogram([0, 2, 4], true), [2, 3])
  })

  test('buckets and numbers that make no histogram are refused in Spark’s words', async () => {
    const infinite = /Histogram on either an empty RDD or RDD containing \+\/-infinity or NaN/
    await assert.rejects(doubles(2, Number.POSITIVE_INFINITY).histogram(3), infinite)
    await assert.rejects(doubles(2, Number.NaN, 5).histogram(3), infinite)
    await assert.rejects(
      doubles()
        .filter(() => false)
        .histogram(3),
      infinite,
    )
    const tooFew = /buckets array must have at least two elements/
    await assert.rejects(doubles(1).histogram([1]), tooFew)
    await assert.rejects(doubles(1).histogram(0), tooFew)
    await assert.rejects(doubles(1).histogram([1, 3, 2]), /buckets should be sorted/)
  })

  test('approximate actions that are over in time give exact values', async () => {
    const rdd = doubles(1, 2, 3, 4)
    assert.equal(String(await rdd.countApprox(10_000)), '(final: [4.000, 4.000])')
    assert.equal(String(await rdd.sumApprox(10_000)), '(final: [10.000, 10.000])')
    assert.equal(String(await rdd.meanApprox(10_000)), '(final: [2.500, 2.500])')
    const byValue = await rdd.map((n) => n % 2).countByValueApprox(10_000)
    assert.equal(byValue.isInitialValueFinal, true)
    assert.equal(byValue.initialValue.get(1)?.mean, 2)
    const byKey = await (await rdd.keyBy((n) => n > 1).countByKeyApprox(10_000)).getFinalValue()
    assert.equal(byKey.get(true)?.high, 3)
    await assert.rejects(async () => rdd.countApprox(1, 1.5), /confidence \(1\.5\) must be in \[0,1\]/)
  })

  test('countApproxDistinct is within its error, and checks the accuracy asked for', async () => {
    const rdd = context().parallelize(
      Array.from({ length: 20_000 }, (_, i) => `user ${i % 10_000}`),
      4,
    )
    assert(Math.abs((await rdd.countApproxDistinct(0.02)) - 10_000) < 600)
    assert.equal(await rdd.map((user) => user.length).countApproxDistinct(), 4)
    await assert.rejects(rdd.countApproxDistinct(0.000001), /accuracy .* must be greater than 0\.000017/)
  })
})
