import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SparkContext } from '../context/spark-context.ts'

class Lexicon {
  readonly #words: ReadonlySet<string>
  constructor(words: Iterable<string>) {
    this.#words = new Set(words)
  }
  knows(word: string): boolean {
    return this.#words.has(word)
  }
}

describe('broadcast variables', () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext('local[2]', 'broadcast')
  })
  after(() => sc.stop())

  test('tasks read the value, instances of classes included', async () => {
    const lexicon = sc.broadcast(new Lexicon(['a', 'b']))
    const known = sc.parallelize(['a', 'x', 'b'], 3).filter((word) => lexicon.value.knows(word))
    assert.deepEqual(await known.collect(), ['a', 'b'])
    assert.equal(lexicon.value.knows('a'), true)
  })

  test('the value is that of the moment it was made', async () => {
    const limits = { low: 1 }
    const broadcast = sc.broadcast(limits)
    limits.low = 2
    assert.deepEqual(
      await sc
        .parallelize([0], 1)
        .map(() => broadcast.value.low)
        .collect(),
      [1],
    )
  })

  test('after unpersist the next job sends it again', async () => {
    const broadcast = sc.broadcast('v')
    const read = sc.parallelize([1, 2], 2).map(() => broadcast.value)
    assert.deepEqual(await read.collect(), ['v', 'v'])
    broadcast.unpersist()
    assert.deepEqual(await read.collect(), ['v', 'v'])
  })

  test('after destroy every use is an error that says where it was destroyed', async () => {
    const broadcast = sc.broadcast('v')
    const read = sc.parallelize([1], 1).map(() => broadcast.value)
    broadcast.destroy()
    const message =
      /Attempted to use Broadcast\(\d+\) after it was destroyed \(destroy at broadcast\.test\.ts:\d+:\d+\)/
    assert.throws(() => broadcast.value, message)
    assert.throws(() => broadcast.destroy(), message)
    assert.throws(() => broadcast.unpersist(), message)
    await assert.rejects(read.collect(), message)
  })

  test('an RDD cannot be broadcast', () => {
    assert.throws(() => sc.broadcast(sc.range(3)), /Can not directly broadcast RDDs; instead, call collect\(\)/)
  })

  test('what cannot travel is refused at once', () => {
    assert.throws(() => sc.broadcast({ context: sc }), { code: 'CLOSURE_NOT_SHIPPABLE', message: /SPARK-5063/ })
  })
})
