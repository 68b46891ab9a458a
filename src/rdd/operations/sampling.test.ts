import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'

onEachEngine((context) => {
  const numbers = (count: number, partitions = 4) => context().range(0, count, 1, partitions)

  test('the same seed takes the same sample, another seed another one', async () => {
    const rdd = numbers(1000)
    for (const withReplacement of [false, true]) {
      const once = await rdd.sample(withReplacement, 0.3, 5).collect()
      assert.deepEqual(await rdd.sample(withReplacement, 0.3, 5).collect(), once)
      assert.notDeepEqual(await rdd.sample(withReplacement, 0.3, 6).collect(), once)
      assert(once.length > 220 && once.length < 380, `${once.length} of 300`)
      assert.equal(new Set(once).size === once.length, !withReplacement)
    }
    assert.equal(
      (await rdd
        .sample(true, 40, 1)
        .map((n) => n - n)
        .count()) > 39_000,
      true,
    )
  })

  test('fractions that mean nothing are refused in Spark’s words', () => {
    const rdd = numbers(10)
    assert.throws(() => rdd.sample(false, -0.1), /requirement failed: Fraction must be nonnegative, but got -0\.1/)
    assert.throws(() => rdd.sample(true, -0.1), /requirement failed: Fraction must be nonnegative, but got -0\.1/)
    assert.throws(() => rdd.sample(false, 1.5), /Sampling fraction \(1\.5\) must be on interval \[0, 1\]/)
  })

  test('randomSplit gives every record to exactly one part', async () => {
    const rdd = numbers(1000)
    const parts = await Promise.all(rdd.randomSplit([1, 2, 7], 3).map((part) => part.collect()))
    assert.deepEqual(
      parts.flat().sort((a, b) => a - b),
      await rdd.collect(),
    )
    assert(parts[2]!.length > 600 && parts[0]!.length < 200)
    assert.throws(() => rdd.randomSplit([1, -1]), /Weights must be nonnegative, but got \[1,-1\]/)
    assert.throws(() => rdd.randomSplit([0, 0]), /Sum of weights must be positive, but got \[0,0\]/)
  })

  test('takeSample gives exactly as many records as asked for', async () => {
    const rdd = numbers(200)
    const taken = await rdd.takeSample(false, 20, 9)
    assert.equal(new Set(taken).size, 20)
    assert.deepEqual(await rdd.takeSample(false, 20, 9), taken)
    assert.equal((await rdd.takeSample(false, 500)).length, 200)
    assert.equal((await rdd.takeSample(true, 500)).length, 500)
    assert.deepEqual(await rdd.takeSample(true, 0), [])
    assert.deepEqual(await context().emptyRDD().takeSample(true, 3), [])
    await assert.rejects(async () => rdd.takeSample(false, -1), /Negative number of elements requested/)
  })

  test('sampleByKey takes each key at its own rate', async () => {
    const pairs = numbers(3000).keyBy((n) => n % 3)
    const rates = new Map([
      [0, 0],
      [1, 0.2],
      [2, 1],
    ])
    for (const withReplacement of [false, true]) {
      const counts = await pairs.sampleByKey(withReplacement, rates, 4).countByKey()
      assert.equal(counts.has(0), false)
      assert(Math.abs(counts.get(1)! - 200) < 80)
      assert(Math.abs(counts.get(2)! - 1000) < (withReplacement ? 150 : 1))
    }
    await assert.rejects(pairs.sampleByKey(false, new Map([[1, 1]])).collect(), /key not found: [02]/)
    assert.throws(() => pairs.sampleByKey(false, new Map([[1, -1]])), /Negative sampling rate -1/)
  })

  test('sampleByKeyExact takes exactly the rate’s share of each key', async () => {
    const pairs = numbers(1001).keyBy((n) => (n % 2 ? 'odd' : 'even'))
    for (const withReplacement of [false, true]) {
      const sample = pairs.sampleByKeyExact(withReplacement, { odd: 0.1, even: 0.333 }, 8)
      assert.deepEqual(
        await sample.countByKey(),
        new Map([
          ['even', Math.ceil(501 * 0.333)],
          ['odd', 50],
        ]),
      )
      const values = await sample.values().collect()
      assert.equal(new Set(values).size === values.length, !withReplacement)
      assert.deepEqual(await sample.values().collect(), values)
    }
  })
})
