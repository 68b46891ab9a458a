import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SparkContext } from '../context/spark-context.ts'
import { AccumulatorV2 } from './accumulator-v2.ts'
import { CollectionAccumulator } from './collection-accumulator.ts'
import { DoubleAccumulator, LongAccumulator } from './sum-accumulator.ts'

/** An accumulator of a user's own, with ordinary fields. */
class WordCounts extends AccumulatorV2<string, Map<string, number>> {
  counts = new Map<string, number>()
  get isZero() {
    return this.counts.size === 0
  }
  copy() {
    const copied = new WordCounts()
    copied.counts = new Map(this.counts)
    return copied
  }
  reset() {
    this.counts = new Map()
  }
  add(word: string) {
    this.counts.set(word, (this.counts.get(word) ?? 0) + 1)
  }
  merge(other: WordCounts) {
    for (const [word, count] of other.counts) this.counts.set(word, (this.counts.get(word) ?? 0) + count)
  }
  get value() {
    return this.counts
  }
}

/** The same idea with a private field, which nobody but the class can read. */
class Largest extends AccumulatorV2<number, number> {
  #largest = Number.NEGATIVE_INFINITY
  get isZero() {
    return this.#largest === Number.NEGATIVE_INFINITY
  }
  copy() {
    const copied = new Largest()
    copied.#largest = this.#largest
    return copied
  }
  reset() {
    this.#largest = Number.NEGATIVE_INFINITY
  }
  add(value: number) {
    this.#largest = Math.max(this.#largest, value)
  }
  merge(other: Largest) {
    this.add(other.#largest)
  }
  get value() {
    return this.#largest
  }
}

describe('accumulators of tasks', () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext('local[2]', 'accumulators')
  })
  after(() => sc.stop())

  test('long and double keep sum, count and average', async () => {
    const long = sc.longAccumulator('long')
    const double = sc.doubleAccumulator()
    assert.deepEqual([long.isZero, long.avg], [true, Number.NaN])
    await sc.range(0, 10, 1, 3).foreach((n) => {
      long.add(n)
      double.add(n / 4)
    })
    long.add(5n)
    assert.deepEqual([long.value, long.sum, long.count, long.avg], [50, 50, 11, 50 / 11])
    assert.deepEqual([double.value, double.count, double.avg], [11.25, 10, 1.125])
  })

  test('a collection keeps everything', async () => {
    const words = sc.collectionAccumulator<string>('words')
    await sc.parallelize(['a', 'b', 'c'], 2).foreach((word) => words.add(word))
    words.add('driver')
    assert.deepEqual([...words.value].sort(), ['a', 'b', 'c', 'driver'])
  })

  test("a class of the user's own is merged by its own merge", async () => {
    const counts = new WordCounts()
    sc.register(counts, 'counts')
    counts.add('driver')
    await sc.parallelize(['a', 'b', 'a', 'a'], 3).foreach((word) => counts.add(word))
    await sc.parallelize(['a'], 1).foreach((word) => counts.add(word))
    assert.deepEqual(
      counts.value,
      new Map([
        ['driver', 1],
        ['a', 4],
        ['b', 1],
      ]),
    )
  })

  test('a class with private fields works too', async () => {
    const largest = new Largest()
    sc.register(largest)
    await sc.parallelize([3, 17, 5], 3).foreach((n) => largest.add(n))
    assert.equal(largest.value, 17)
  })

  test("PySpark's accumulator adds up numbers, or what its parameter can add", async () => {
    const total = sc.accumulator(5)
    const vector = sc.accumulator([100, 100], {
      zero: (initial) => initial.map(() => 0),
      addInPlace: (a, b) => a.map((x, i) => x + b[i]!),
    })
    await sc.parallelize([1, 2, 3], 2).foreach((n) => {
      total.add(n)
      vector.add([n, -n])
    })
    assert.equal(total.value, 11)
    assert.deepEqual(vector.value, [106, 94])
    total.value = 0
    assert.equal(String(total), '0')
  })

  test('a task cannot read the total', async () => {
    const total = sc.longAccumulator('total')
    await assert.rejects(
      sc.parallelize([1], 1).foreach(() => {
        total.add(total.value)
      }),
      /\[VALUE_NOT_ACCESSIBLE\] Value `Accumulator\.value` cannot be accessed inside tasks\. .*accumulator total/,
    )
  })

  test('one that was never registered cannot travel', async () => {
    const unknown = new WordCounts()
    await assert.rejects(
      async () => sc.parallelize(['a'], 1).foreach((word) => unknown.add(word)),
      /Accumulator must be registered before send to executor/,
    )
    assert.throws(() => unknown.id, /The metadata of this accumulator has not been assigned yet/)
    assert.equal(String(unknown), 'Un-registered Accumulator: WordCounts')
  })

  test('none is registered twice', () => {
    const counts = new WordCounts()
    sc.register(counts)
    assert.throws(() => sc.register(counts), /Cannot register an Accumulator twice\./)
  })

  test('they show id, name and value', () => {
    const long = sc.longAccumulator('my')
    assert.equal(String(long), `LongAccumulator(id: ${long.id}, name: Some(my), value: 0)`)
    const list = sc.collectionAccumulator<string>()
    list.add('a')
    list.add('b')
    assert.equal(String(list), `CollectionAccumulator(id: ${list.id}, name: None, value: [a, b])`)
  })

  test('accumulators of different classes do not merge', () => {
    const refused = {
      code: 'ACCUMULATOR_CLASS_MISMATCH',
      message: 'Cannot merge LongAccumulator with DoubleAccumulator',
    }
    assert.throws(() => new LongAccumulator().merge(new DoubleAccumulator()), refused)
    const list = new CollectionAccumulator<number>()
    assert.throws(() => list.merge(new LongAccumulator() as never), { code: 'ACCUMULATOR_CLASS_MISMATCH' })
  })
})
