import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentsOf } from '../../src/engine/lineage.ts'
import { type RDD, SparkContext, Time } from '../../src/index.ts'
import { StreamingHarness } from '../../src/testing/index.ts'
import { until } from '../model/until.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const BATCHES = 20
const CHECKPOINT_EVERY = 5

/** A state that grows from batch to batch, each made of the one before, as streams with state have it. */
async function growState(
  sc: SparkContext,
  checkpoint: (state: RDD<[string, number]>) => void,
): Promise<[state: RDD<[string, number]>, nodes: WeakRef<object>[]]> {
  const nodes: WeakRef<object>[] = []
  let state = sc.parallelize<string, number>([['a', 1]], 2)
  for (let batch = 1; batch <= BATCHES; batch++) {
    const arrived = sc.parallelize<string, number>([['b', batch]], 1)
    state = state.union(arrived).reduceByKey((a, b) => a + b, 2)
    state.cache()
    if (batch % CHECKPOINT_EVERY === 0) checkpoint(state)
    await state.count()
    nodes.push(new WeakRef(await state.resolve()))
  }
  return [state, nodes]
}

describe('a chain of batches', () => {
  const forms: readonly (readonly [string, (state: RDD<[string, number]>) => void])[] = [
    ['reliable checkpoints', (state) => state.checkpoint()],
    ['local checkpoints', (state) => void state.localCheckpoint()],
  ]
  for (const [name, checkpoint] of forms) {
    test(`with ${name} keeps alive no batch behind the last one`, async () => {
      const directory = await mkdtemp(join(tmpdir(), 'millstream-chain-'))
      await using sc = new SparkContext('local[2]', 'chain')
      try {
        sc.setCheckpointDir(directory)
        const [state, nodes] = await growState(sc, checkpoint)
        await until(() => {
          collectGarbage()
          return nodes.filter((node) => node.deref() !== undefined).length <= CHECKPOINT_EVERY
        }, 'old batches to be collected')
        const sums = new Map(await state.collect())
        assert.deepEqual([sums.get('a'), sums.get('b')], [1, (BATCHES * (BATCHES + 1)) / 2])
      } finally {
        await rm(directory, { recursive: true })
      }
    })
  }
})

test('a stream whose batches are generated before their checkpoints are written keeps alive no batch behind the last one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-ahead-'))
  const harness = new StreamingHarness()
  try {
    harness.ssc.checkpoint(directory)
    const batches = 3 * BATCHES
    let generated = 0
    const nodes: WeakRef<object>[] = []
    const words = harness.input<[string, number]>(Array.from({ length: batches }, () => [['a', 1]]))
    const totals = words.updateStateByKey((ones: number[], total: number | undefined) => ones.length + (total ?? 0))
    totals.checkpoint(CHECKPOINT_EVERY)
    totals
      .transform((rdd) => {
        generated++
        return rdd
      })
      .foreachRDD(async (rdd, time) => {
        await until(() => generated === batches, 'all batches to be generated')
        const [state] = parentsOf(await rdd.resolve())
        nodes.push(new WeakRef(state!.storage))
        assert.deepEqual(await rdd.collect(), [['a', time.milliseconds / 1000]])
      })
    await harness.ssc.start()
    harness.clock.advance(batches * 1000)
    await harness.ssc.batchProcessed(new Time(batches * 1000))
    assert.equal(nodes.length, batches)
    await until(() => {
      collectGarbage()
      return nodes.filter((node) => node.deref() !== undefined).length <= BATCHES
    }, 'old batches to be collected')
  } finally {
    await harness[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  }
})
