import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from '../../test/model/until.ts'
import { type LineageNode, newNodeStorage } from '../engine/lineage.ts'
import { NodeCleaner } from './node-cleaner.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function node(id: number): LineageNode {
  const identity = { id, className: 'ParallelCollectionRDD', callSite: 'test', storage: newNodeStorage() }
  return { ...identity, kind: 'parallelize', numPartitions: 0, partitioner: null, slices: [] }
}

test('nodes that nobody refers to any more are forgotten, and only those', async () => {
  const forgotten: number[] = []
  const cleaner = new NodeCleaner((ids) => forgotten.push(...ids))
  const kept = node(0)
  cleaner.watch(kept)
  for (let id = 1; id <= 20; id++) cleaner.watch(node(id))
  await until(() => {
    collectGarbage()
    return forgotten.length >= 19
  }, 'the garbage collector')
  assert.equal(forgotten.includes(0), false)
  assert.equal(kept.id, 0)
})
