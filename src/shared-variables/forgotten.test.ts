import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { addEngineProvider, createEngine } from '../context/engines.ts'
import { SparkContext } from '../context/spark-context.ts'
import type { Engine } from '../engine/engine.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import { collectGarbage } from '../task/collect-garbage.ts'
import { AccumulatorV2 } from './accumulator-v2.ts'

class Largest extends AccumulatorV2<number, number> {
  largest = Number.NEGATIVE_INFINITY
  get isZero() {
    return this.largest === Number.NEGATIVE_INFINITY
  }
  copy() {
    const copied = new Largest()
    copied.largest = this.largest
    return copied
  }
  reset() {
    this.largest = Number.NEGATIVE_INFINITY
  }
  add(value: number) {
    this.largest = Math.max(this.largest, value)
  }
  merge(other: Largest) {
    this.add(other.largest)
  }
  get value() {
    return this.largest
  }
}

/** Collects garbage until what was let go has been told to be gone. */
async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !holds(); round++) {
    collectGarbage()
    await turn()
  }
}

describe('what the program no longer refers to', () => {
  let sc: SparkContext
  let remove: () => void
  const held = new Set<number>()
  beforeEach(() => {
    held.clear()
    remove = addEngineProvider({
      canCreate: (url) => url === 'counting',
      create(_, options) {
        const engine: Engine = createEngine('local[1]', options)
        const { broadcast, unbroadcast } = engine
        engine.broadcast = (id, value) => {
          held.add(id)
          return broadcast.call(engine, id, value)
        }
        engine.unbroadcast = (id) => {
          held.delete(id)
          unbroadcast.call(engine, id)
        }
        return engine
      },
    })
    sc = new SparkContext(new SparkConf(false).setMaster('counting').setAppName('forgotten'))
  })
  afterEach(async () => {
    remove()
    await sc.stop()
  })

  /** Makes and uses one of each. */
  async function oneBatch(n: number): Promise<void> {
    const table = sc.broadcast({ n })
    const largest = new Largest()
    sc.register(largest)
    const sums = sc.accumulator([0], {
      zero: () => [0],
      addInPlace: (a, b) => [(a[0] ?? 0) + (b[0] ?? 0)],
    })
    await sc.parallelize([1, 2], 1).foreach((record) => {
      largest.add(record * table.value.n)
      sums.add([record])
    })
    assert.deepEqual([largest.value, sums.value], [2 * n, [3]])
  }

  test('is freed on the workers: broadcasts, accumulators of own classes and with parameters', async () => {
    for (let n = 1; n <= 20; n++) await oneBatch(n)
    assert(held.size > 0, 'the workers were sent something')
    await until(() => held.size <= 3)
    assert(held.size <= 3, `of 60 values ${held.size} are kept`)
  })

  test('but what is referred to stays', async () => {
    const table = sc.broadcast('kept')
    const largest = new Largest()
    sc.register(largest)
    const read = sc.parallelize([5], 1).map((n) => {
      largest.add(n)
      return table.value
    })
    await oneBatch(1)
    await until(() => held.size <= 2)
    assert.equal(held.size, 2)
    assert.deepEqual(await read.collect(), ['kept'])
    assert.equal(largest.value, 5)
  })
})
