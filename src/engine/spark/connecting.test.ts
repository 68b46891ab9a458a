import assert from 'node:assert/strict'
import http from 'node:http'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import grpc from '@grpc/grpc-js'
import { type Handler, ScriptedConnectServer } from '../../../test/engine/scripted-connect-server.ts'
import { NO_EVENTS } from '../../events/event-bus.ts'
import { RunningWork } from '../../events/running-work.ts'
import { newNodeStorage } from '../lineage.ts'
import { createSparkEngine } from './index.ts'

const NODE = Object.freeze({
  kind: 'parallelize' as const,
  slices: [[1]],
  id: 0,
  className: 'ParallelCollectionRDD',
  callSite: 'parallelize at app.ts:1:1',
  numPartitions: 1,
  partitioner: null,
  storage: newNodeStorage(),
})
const PROPERTIES = { callSite: 'collect at app.ts:2:1', description: null, group: null, localProperties: {} }

function engineOn(masterUrl: string, settings: Readonly<Record<string, string>> = {}) {
  const conf = new Map(Object.entries({ 'spark.millstream.connectTimeout': '400ms', ...settings }))
  return createSparkEngine({
    masterUrl,
    version: '0',
    conf,
    onAccumulatorUpdates() {},
    work: new RunningWork(NO_EVENTS),
  })
}

async function errorOfFirstJob(masterUrl: string, connectTimeout = '400ms'): Promise<Error & { code: string }> {
  const engine = engineOn(masterUrl, { 'spark.millstream.connectTimeout': connectTimeout })
  try {
    await engine.runJob({ node: NODE, sink: { kind: 'collect' }, properties: PROPERTIES })
  } catch (error) {
    return error as Error & { code: string }
  } finally {
    await engine.stop()
  }
  throw new Error('the job did not fail')
}

const version = (text: string): Handler => {
  return () => ({
    messages: [{ serverSideSessionId: 's', result: { case: 'sparkVersion', value: { version: text } } }],
  })
}
const failing = (code: number, details: string): Handler => {
  return () => ({ error: { code, details } })
}

test('a server that cannot be reached is named, with the setting that says how long to wait', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => closed.once('listening', resolve))
  const { port } = closed.address() as { port: number }
  await new Promise((resolve) => closed.close(resolve))
  const error = await errorOfFirstJob(`sc://127.0.0.1:${port}`)
  assert.equal(error.code, 'CONNECT_UNAVAILABLE')
  assert.match(error.message, new RegExp(`127.0.0.1:${port} within 400 ms \\(spark\\.millstream\\.connectTimeout\\)`))
})

test('a server that never answers is given up within the time', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as { port: number }
  const error = await errorOfFirstJob(`sc://127.0.0.1:${port}`)
  silent.close()
  for (const socket of sockets) socket.destroy()
  assert.equal(error.code, 'CONNECT_UNAVAILABLE')
})

test('a refused token is said to be one, and is not in the message', async () => {
  await using server = await new ScriptedConnectServer({
    analyzePlan: failing(grpc.status.UNAUTHENTICATED, 'Invalid authentication token'),
  }).start()
  const error = await errorOfFirstJob(`${server.url.replace('127.0.0.1', 'localhost')}/;token=secret`)
  assert.equal(error.code, 'CONNECT_UNAUTHENTICATED')
  assert.doesNotMatch(error.message, /secret/)
  assert.equal(server.received[0]?.metadata.get('authorization'), 'Bearer secret')
})

for (const [given, word] of [
  ['3.5.4', 'old'],
  ['4.0.1', 'old'],
  ['4.4.0', 'new'],
  ['5.0.0', 'new'],
] as const) {
  test(`Spark ${given} is too ${word}, and its session is ended`, async () => {
    await using server = await new ScriptedConnectServer({ analyzePlan: version(given) }).start()
    const error = await errorOfFirstJob(server.url)
    assert.equal(error.code, 'UNSUPPORTED_SPARK_VERSION')
    assert.match(error.message, new RegExp(`${given.replaceAll('.', '\\.')}, which is too ${word}`))
    assert.deepEqual(server.methods(), ['analyzePlan', 'releaseSession'])
  })
}

test("the application's id is the server's once a session is open", async () => {
  await using server = await new ScriptedConnectServer({
    analyzePlan: version('4.3.0'),
    config: (request) => {
      const { operation } = request as { operation?: { opType?: { case?: string; value?: { keys?: string[] } } } }
      const wanted = operation?.opType?.case === 'getOption' ? (operation.opType.value?.keys ?? []) : []
      const pairs = wanted.includes('spark.app.id') ? [{ key: 'spark.app.id', value: 'app-20260101000000-0007' }] : []
      return { messages: [{ serverSideSessionId: 's', pairs }] }
    },
    executePlan: failing(grpc.status.INTERNAL, 'no executors here'),
  }).start()
  const engine = engineOn(server.url)
  try {
    assert.equal(engine.applicationId, null)
    await assert.rejects(engine.runJob({ node: NODE, sink: { kind: 'collect' }, properties: PROPERTIES }))
    assert.equal(engine.applicationId, 'app-20260101000000-0007')
  } finally {
    await engine.stop()
  }
})

test('a gRPC server that is no Spark Connect server is told apart', async () => {
  await using server = await new ScriptedConnectServer({
    analyzePlan: failing(grpc.status.UNIMPLEMENTED, 'Method not found'),
  }).start()
  const error = await errorOfFirstJob(server.url)
  assert.equal(error.code, 'CONNECT_FAILED')
  assert.match(error.message, /no Spark Connect server, or Spark Connect is disabled/)
})

for (const [parameters, code, problem] of [
  ['', 'CONNECT_FAILED', /no Spark Connect server.*not that of the web interface/],
  ['/;use_ssl=true', 'CONNECT_TLS_FAILED', /does not speak TLS.*Leave ;use_ssl=true out/],
  ['/;token=t', 'CONNECT_TLS_FAILED', /with a token TLS is used except to the host localhost/],
] as const) {
  test(`a port of another kind is told at once, with the parameters '${parameters}'`, async () => {
    const web = http.createServer((_request, response) => response.end('a page')).listen(0, '127.0.0.1')
    await new Promise((resolve) => web.once('listening', resolve))
    const { port } = web.address() as { port: number }
    const error = await errorOfFirstJob(`sc://127.0.0.1:${port}${parameters}`, '60s')
    web.closeAllConnections()
    web.close()
    assert.equal(error.code, code)
    assert.match(error.message, problem)
  })
}

test('after a first job that could not connect, the next one tries again', async () => {
  let isUp = false
  await using server = await new ScriptedConnectServer({
    analyzePlan: (request, nth) => (isUp ? version('3.5.0') : failing(grpc.status.UNIMPLEMENTED, 'no'))(request, nth),
  }).start()
  const engine = engineOn(server.url)
  const run = () => engine.runJob({ node: NODE, sink: { kind: 'collect' }, properties: PROPERTIES })
  await assert.rejects(run(), { code: 'CONNECT_FAILED' })
  isUp = true
  await assert.rejects(run(), { code: 'UNSUPPORTED_SPARK_VERSION' })
  await engine.stop()
})

test('an engine without a job opens no connection', async () => {
  await using server = await new ScriptedConnectServer({}).start()
  const engine = engineOn(server.url)
  engine.forget([1])
  await engine.unpersist(NODE)
  await engine.stop()
  assert.deepEqual(server.methods(), [])
})
