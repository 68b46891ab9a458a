import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ScriptedConnectServer } from '../../../test/engine/scripted-connect-server.ts'
import type { ClosurePayload } from '../../closure/wire/index.ts'
import { SessionFiles } from './session-files.ts'

const KIB = 1024
const MIB = 1024 * KIB

function payload(sizeBytes: number, fill = 1): ClosurePayload {
  return { bytes: new Uint8Array(sizeBytes).fill(fill), digest: `${sizeBytes}/${fill}`, cells: [] } as never
}

async function filesOn(server: ScriptedConnectServer) {
  await server.start()
  const files = new SessionFiles(server.session())
  /** Ships a value with a job of its own and says how it went. */
  const job = async (value: ClosurePayload, { tasks = 2, budget = 48 * MIB, stages = 1 } = {}): Promise<string> => {
    files.nextJob()
    const left = { bytes: budget }
    const kinds: string[] = []
    for (let stage = 0; stage < stages; stage++) kinds.push((await files.ship(value, tasks, left)).kind)
    return kinds.join()
  }
  return { files, job, uploads: () => server.requests('addArtifacts').length }
}

test('a small value goes with every command', async () => {
  await using server = new ScriptedConnectServer({})
  const { job, uploads } = await filesOn(server)
  for (let n = 0; n < 10; n++) assert.equal(await job(payload(100 * KIB)), 'inline')
  assert.equal(uploads(), 0)
})

test('large values that come and go are no files, one that is needed again and again becomes one', async () => {
  await using server = new ScriptedConnectServer({})
  const { job, uploads } = await filesOn(server)
  for (let n = 0; n < 20; n++) assert.equal(await job(payload(MIB, n), { stages: 3 }), 'inline,inline,inline')
  assert.equal(uploads(), 0)
  const table = payload(MIB, 100)
  const kinds: string[] = []
  for (let n = 0; n < 7; n++) kinds.push(await job(table))
  assert.deepEqual(kinds, ['inline', 'inline', 'inline', 'inline', 'file', 'file', 'file'])
  assert.equal(await job(payload(MIB, 100)), 'file')
  assert.equal(uploads(), 1)
})

test('a value too large for commands, for the tasks together or for the plan is a file at once', async () => {
  await using server = new ScriptedConnectServer({})
  const { job, uploads } = await filesOn(server)
  assert.equal(await job(payload(17 * MIB)), 'file')
  assert.equal(await job(payload(2 * MIB, 2), { tasks: 100 }), 'file')
  assert.equal(await job(payload(2 * MIB, 3), { budget: MIB }), 'file')
  assert.equal(await job(payload(2 * MIB, 4), { budget: 5 * MIB, stages: 3 }), 'inline,inline,file')
  assert.equal(uploads(), 4)
})

test('files that no job needs for a while count as idle, and no more when one is needed again', async () => {
  await using server = new ScriptedConnectServer({})
  const { files, job } = await filesOn(server)
  const [lasting, passing] = [payload(17 * MIB, 1), payload(18 * MIB, 2)]
  await job(passing)
  for (let n = 0; n < 33; n++) await job(lasting)
  assert(files.idleBytes >= 18 * MIB && files.idleBytes < 19 * MIB, `${files.idleBytes}`)
  await job(passing)
  assert.equal(files.idleBytes, 0)
})

test('a file whose upload failed is sent again', async () => {
  await using server = new ScriptedConnectServer({
    addArtifacts: (_, nth) => (nth === 0 ? { error: { code: 3, details: 'disk full' } } : { messages: [{}] }),
  })
  const { job, uploads } = await filesOn(server)
  await assert.rejects(job(payload(17 * MIB)), /disk full/)
  assert.equal(await job(payload(17 * MIB)), 'file')
  assert.equal(uploads(), 2)
})
