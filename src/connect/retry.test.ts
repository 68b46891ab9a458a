import assert from 'node:assert/strict'
import { test } from 'node:test'
import grpc from '@grpc/grpc-js'
import { DEFAULT_RETRY_POLICY, isTransient, retrying, retryingFor } from './retry.ts'

function failure(code: number, details = ''): Error {
  return Object.assign(new Error(details), { code, details, metadata: new grpc.Metadata() })
}

test('waits grow by the factor up to the longest one, for more than ten minutes together', async () => {
  const waits: number[] = []
  const call = () => Promise.reject(failure(grpc.status.UNAVAILABLE))
  await assert.rejects(retrying(call, DEFAULT_RETRY_POLICY, { wait: async (ms) => void waits.push(ms) }))
  assert.deepEqual(waits.slice(0, 7), [50, 200, 800, 3200, 12_800, 51_200, 60_000])
  assert.equal(waits.length, DEFAULT_RETRY_POLICY.maxRetries)
  assert(waits.reduce((sum, ms) => sum + ms, 0) > 600_000)
})

test('tries end when their waits have taken the time that they may take together', async () => {
  const waits: number[] = []
  const call = () => Promise.reject(failure(grpc.status.UNAVAILABLE, 'connection refused'))
  await assert.rejects(retrying(call, retryingFor(5000), { wait: async (ms) => void waits.push(ms) }), {
    code: 'CONNECTION_LOST',
    message: /within spark\.millstream\.reconnectTimeout.*connection refused/,
  })
  assert.deepEqual(waits, [50, 200, 800, 3200, 750])
})

test('only an absent server, a stream taken over and a connection closed for its pings are passing reasons', () => {
  assert(isTransient(failure(grpc.status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted or memory limit exceeded')))
  assert(!isTransient(failure(grpc.status.RESOURCE_EXHAUSTED, 'gRPC message exceeds maximum size')))
  assert(isTransient(failure(grpc.status.UNAVAILABLE)))
  assert(isTransient(failure(grpc.status.INTERNAL, 'INVALID_CURSOR.DISCONNECTED: …')))
  assert(!isTransient(failure(grpc.status.INTERNAL, 'a task failed')))
  assert(!isTransient(failure(grpc.status.UNAUTHENTICATED)))
  assert(!isTransient(new Error('UNAVAILABLE')))
})

test('a call that succeeds at last gives its value', async () => {
  let tries = 0
  const call = async () => {
    tries += 1
    if (tries < 3) throw failure(grpc.status.UNAVAILABLE)
    return tries
  }
  assert.equal(await retrying(call, DEFAULT_RETRY_POLICY, { wait: async () => {} }), 3)
})
