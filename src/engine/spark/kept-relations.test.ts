import assert from 'node:assert/strict'
import { test } from 'node:test'
import grpc from '@grpc/grpc-js'
import { type Answer, ScriptedConnectServer } from '../../../test/engine/scripted-connect-server.ts'
import type { Plan, Relation } from '../../connect/gen/spark_connect_pb.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import { type LineageNode, newNodeStorage } from '../lineage.ts'
import { KeptRelations } from './kept-relations.ts'

const LEVEL = StorageLevel.MEMORY_AND_DISK
const complete = { responseId: 'end', serverSideSessionId: 's', responseType: { case: 'resultComplete', value: {} } }

/** What a plan does: `remove r1`, `probe r1`, `view r1`, `checkpoint`, `drop`. */
function deedOf(plan: Plan): string {
  const { opType } = plan
  if (opType.case === 'root') {
    const { relType } = opType.value
    return relType.case === 'filter' ? `probe ${idOf(relType.value.input)}` : 'drop'
  }
  const { commandType } = opType.value as Extract<Plan['opType'], { case: 'command' }>['value']
  if (commandType.case === 'createDataframeView') return `view ${idOf(commandType.value.input)}`
  if (commandType.case === 'checkpointCommand') return 'checkpoint'
  return commandType.case === 'removeCachedRemoteRelationCommand'
    ? `remove ${commandType.value.relation?.relationId}`
    : '?'
}

function idOf(relation: Relation | undefined): string {
  return relation?.relType.case === 'cachedRemoteRelation' ? relation.relType.value.relationId : '?'
}

/** A server on which the relations `lost` miss a block, with what it was asked to do. */
function scripted(lost: readonly string[] = []) {
  const deeds: string[] = []
  const server = new ScriptedConnectServer({
    executePlan: ({ plan }): Answer => {
      const deed = deedOf(plan as Plan)
      deeds.push(deed)
      if (lost.some((id) => deed === `probe ${id}`)) {
        const details = 'Job aborted: [CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND] Checkpoint block rdd_7_0 not found!'
        return { error: { code: grpc.status.INTERNAL, details } }
      }
      if (deed !== 'checkpoint') return { messages: [complete] }
      const value = { relation: { relationId: `copy ${deeds.length}` } }
      return { messages: [{ ...complete, responseType: { case: 'checkpointCommandResult', value } }, complete] }
    },
  })
  return { server, deeds }
}

function node(id: number): LineageNode {
  const storage = newNodeStorage()
  const base = { id, className: 'MapPartitionsRDD', callSite: 'map at app.ts:1:1', numPartitions: 1, partitioner: null }
  return Object.freeze({ ...base, storage, kind: 'range', start: 0, step: 1, count: 1 })
}

test('of the kept nodes those that lost a partition are let go of, and no other', async () => {
  const { server, deeds } = scripted(['r2'])
  await using _ = await server.start()
  const kept = new KeptRelations(server.session())
  for (const id of [1, 2, 3]) await kept.persist(id, LEVEL, async () => `r${id}`)
  await kept.dropLost([node(1), node(2), node(4)])
  assert.deepEqual(deeds, ['probe r1', 'probe r2', 'remove r2'])
  assert.deepEqual(
    [1, 2, 3].map((id) => kept.has(id)),
    [true, false, true],
  )
})

test('a local checkpoint outlives unpersist, and its loss is an error that names the RDD', async () => {
  const { server, deeds } = scripted(['r1'])
  await using _ = await server.start()
  const kept = new KeptRelations(server.session())
  await kept.persist(1, LEVEL, async () => 'r1')
  assert.equal(await kept.checkpoint(1), true)
  await kept.unpersist(1)
  assert.equal(await kept.relationId(1), 'r1')
  await assert.rejects(kept.dropLost([node(1)]), {
    code: 'CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND',
    message: /^The local checkpoint of MapPartitionsRDD\[1\] \(map at app\.ts:1:1\) is lost/,
  })
  await kept.forget(1)
  assert.deepEqual(deeds, ['probe r1', 'remove r1'])
  assert.equal(await kept.checkpoint(1), false)
})

test('a node whose making failed is not kept, and one that is unpersisted while it is made is freed', async () => {
  const { server, deeds } = scripted()
  await using _ = await server.start()
  const kept = new KeptRelations(server.session())
  await assert.rejects(
    kept.persist(1, LEVEL, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(kept.has(1), false)
  const made = kept.persist(2, LEVEL, async () => 'r2')
  const freed = kept.unpersist(2)
  await made
  await freed
  assert.equal(await kept.relationId(2), null)
  assert.deepEqual(deeds, ['remove r2'])
})

test('another session gets all that is kept, and no view is left behind', async () => {
  const [from, to] = [scripted(), scripted()]
  await using _ = await from.server.start()
  await using __ = await to.server.start()
  const kept = new KeptRelations(from.server.session())
  await kept.persist(1, LEVEL, async () => 'r1')
  await kept.persist(2, LEVEL, async () => 'r2')
  await kept.checkpoint(2)
  const next = new KeptRelations(to.server.session())
  await kept.copyTo(next)
  assert.deepEqual(from.deeds, ['view r2', 'drop', 'view r1', 'drop'])
  assert.deepEqual(to.deeds, ['checkpoint', 'checkpoint'])
  assert.deepEqual([await next.relationId(1), await next.relationId(2)], ['copy 2', 'copy 1'])
  await next.unpersist(2)
  assert.equal(next.has(2), true)
})
