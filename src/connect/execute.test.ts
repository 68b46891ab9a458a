import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import grpc from '@grpc/grpc-js'
import { type Answer, ScriptedConnectServer } from '../../test/engine/scripted-connect-server.ts'
import { ExecutionCancelled, execute } from './execute.ts'
import { ErrorInfoSchema, StatusSchema } from './gen/google_rpc_pb.ts'
import { PlanSchema } from './gen/spark_connect_pb.ts'
import type { ConnectSession } from './session.ts'

const { UNAVAILABLE, NOT_FOUND, INTERNAL, INVALID_ARGUMENT, RESOURCE_EXHAUSTED } = grpc.status
const PLAN = create(PlanSchema, {
  opType: { case: 'root', value: { relType: { case: 'sql', value: { query: 'q' } } } },
})

/** Response n: an Arrow batch of one byte. */
const batch = (n: number) => ({
  responseId: `r${n}`,
  serverSideSessionId: 's',
  responseType: { case: 'arrowBatch', value: { data: new Uint8Array([n]) } },
})
const complete = { responseId: 'end', serverSideSessionId: 's', responseType: { case: 'resultComplete', value: {} } }
const cut = { code: UNAVAILABLE, details: 'connection reset' }

async function bytesOf(session: ConnectSession, signal?: AbortSignal): Promise<number[]> {
  const bytes: number[] = []
  for await (const { responseType } of execute(session, PLAN, { signal })) {
    if (responseType.case === 'arrowBatch') bytes.push(...responseType.value.data)
  }
  return bytes
}

test('a result that comes whole is handed out and released', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ messages: [batch(1), batch(2), complete] }),
  }).start()
  const session = server.session()
  assert.deepEqual(await bytesOf(session), [1, 2])
  await session.release(Date.now() + 5000)
  assert.deepEqual(server.methods(), ['executePlan', 'releaseExecute', 'releaseSession'])
  const [request] = server.requests('executePlan')
  assert.equal(request?.sessionId, session.id)
  assert.equal((request as { userContext: { userId: string } }).userContext.userId, 'tester')
  assert.equal(server.received[0]?.metadata.get('x-test'), 'yes')
  session.channel.close()
})

test('a connection cut in the middle loses nothing: the result goes on behind the last response', async () => {
  const reattached: Answer[] = [
    { messages: [batch(3)], error: cut },
    { error: cut },
    { messages: [batch(4), complete] },
  ]
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ messages: [batch(1), batch(2)], error: cut }),
    reattachExecute: (_request, nth) => reattached[nth] ?? {},
  }).start()
  const session = server.session()
  assert.deepEqual(await bytesOf(session), [1, 2, 3, 4])
  assert.deepEqual(
    server.requests('reattachExecute').map(({ lastResponseId }) => lastResponseId),
    ['r2', 'r3', 'r3'],
  )
  const ids = [...server.requests('executePlan'), ...server.requests('reattachExecute')]
  assert.equal(new Set(ids.map(({ operationId }) => operationId)).size, 1)
  session.channel.close()
})

test('a stream that the server ends before the result is complete is taken up again', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ messages: [batch(1)] }),
    reattachExecute: (_request, nth) => (nth === 0 ? {} : { messages: [batch(2), complete] }),
  }).start()
  const session = server.session()
  assert.deepEqual(await bytesOf(session), [1, 2])
  session.channel.close()
})

test('a request that got lost on its way is sent again', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: (_request, nth) => (nth === 0 ? { error: cut } : { messages: [batch(1), complete] }),
    reattachExecute: () => ({ error: { code: NOT_FOUND, details: '[INVALID_HANDLE.OPERATION_NOT_FOUND] gone' } }),
  }).start()
  const session = server.session()
  assert.deepEqual(await bytesOf(session), [1])
  session.channel.close()
})

test('an operation that is gone after a part of its result came is an error, not begun anew', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ messages: [batch(1)], error: cut }),
    reattachExecute: () => ({ error: { code: NOT_FOUND, details: '[INVALID_HANDLE.OPERATION_NOT_FOUND] gone' } }),
  }).start()
  const session = server.session()
  await assert.rejects(bytesOf(session), { code: 'INVALID_HANDLE.OPERATION_NOT_FOUND' })
  assert.equal(server.requests('executePlan').length, 1)
  session.channel.close()
})

test('a server that stays away is given up after the last retry', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ error: cut }),
    reattachExecute: () => ({ error: cut }),
  }).start()
  const retry = { maxRetries: 3, initialBackoffMs: 1, maxBackoffMs: 1, multiplier: 1 }
  const session = server.session({ retry })
  await assert.rejects(bytesOf(session), { code: 'CONNECTION_LOST', message: /connection reset/ })
  assert.equal(server.requests('reattachExecute').length, 3)
  session.channel.close()
})

test("a server's error keeps Spark's class, SQLSTATE and whole message", async () => {
  const metadata = new grpc.Metadata()
  const info = create(ErrorInfoSchema, { metadata: { errorId: 'e1', errorClass: 'SHORT', sqlState: '00000' } })
  const status = create(StatusSchema, { code: INTERNAL, message: 'short', details: [anyPack(ErrorInfoSchema, info)] })
  metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)))
  const thrown = { errorClass: 'DIVIDE_BY_ZERO', sqlState: '22012' }
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ error: { code: INTERNAL, details: 'short', metadata } }),
    fetchErrorDetails: ({ errorId }) => ({
      messages: [{ rootErrorIdx: 0, errors: [{ message: `all of ${errorId}`, sparkThrowable: thrown }] }],
    }),
  }).start()
  const session = server.session()
  await assert.rejects(bytesOf(session), { code: 'DIVIDE_BY_ZERO', sqlState: '22012', message: 'all of e1' })
  session.channel.close()
})

test('cancelling interrupts the operation on the server and ends the result at once', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ messages: [batch(1)], hangs: true }),
  }).start()
  const session = server.session()
  const aborting = new AbortController()
  const result = execute(session, PLAN, { signal: aborting.signal })
  assert.equal((await result.next()).done, false)
  const rest = result.next()
  aborting.abort()
  await assert.rejects(rest, ExecutionCancelled)
  await session.release(Date.now() + 5000)
  const [interrupt] = server.requests('interrupt')
  const [execution] = server.requests('executePlan')
  assert.deepEqual(interrupt?.interrupt, { case: 'operationId', value: execution?.operationId })
  session.channel.close()
})

test('who stops reading early ends the operation on the server', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ messages: [batch(1), batch(2)], hangs: true }),
  }).start()
  const session = server.session()
  for await (const _ of execute(session, PLAN)) break
  await session.release(Date.now() + 5000)
  assert.deepEqual(new Set(server.methods()), new Set(['executePlan', 'interrupt', 'releaseExecute', 'releaseSession']))
  session.channel.close()
})

test('a restarted server is noticed by its other session', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ messages: [batch(1), { ...batch(2), serverSideSessionId: 'another' }, complete] }),
  }).start()
  const session = server.session()
  await assert.rejects(bytesOf(session), { code: 'INVALID_HANDLE.SESSION_CHANGED' })
  session.channel.close()
})

test('a plan above the limit of a message is an error that says which and what to do', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({
      error: { code: RESOURCE_EXHAUSTED, details: 'gRPC message exceeds maximum size 4194304: 5000000' },
    }),
  }).start()
  const session = server.session()
  await assert.rejects(bytesOf(session), {
    code: 'MESSAGE_TOO_LARGE',
    message: /maxInboundMessageSize.*spark\.millstream\.maxInlineBytes/,
  })
  session.channel.close()
})

test('what cannot pass is not tried again', async () => {
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({ error: { code: INVALID_ARGUMENT, details: 'bad plan' } }),
  }).start()
  const session = server.session()
  await assert.rejects(bytesOf(session), /bad plan/)
  assert.equal(server.requests('executePlan').length, 1)
  session.channel.close()
})
