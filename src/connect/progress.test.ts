import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { type ExecutePlanResponse, ExecutePlanResponseSchema } from './gen/spark_connect_pb.ts'
import { type OperationProgress, tellingProgress } from './progress.ts'

function progress(
  stages: readonly (readonly [done: number, total: number, bytes: number])[],
  active: number,
): ExecutePlanResponse {
  const value = {
    stages: stages.map(([done, total, bytes]) => ({
      numCompletedTasks: BigInt(done),
      numTasks: BigInt(total),
      inputBytesRead: BigInt(bytes),
    })),
    numInflightTasks: BigInt(active),
  }
  return create(ExecutePlanResponseSchema, { responseType: { case: 'executionProgress', value } })
}

test("an operation's progress is that of all its stages, told in order, and every response is passed on", async () => {
  const complete = create(ExecutePlanResponseSchema, { responseType: { case: 'resultComplete', value: {} } })
  const responses = [
    progress([], 0),
    progress(
      [
        [1, 2, 10],
        [0, 3, 0],
      ],
      1,
    ),
    complete,
    progress(
      [
        [2, 2, 20],
        [3, 3, 5],
      ],
      0,
    ),
  ]
  async function* given() {
    yield* responses
  }
  const told: OperationProgress[] = []
  const passed: ExecutePlanResponse[] = []
  for await (const response of tellingProgress(given(), { onProgress: (one) => told.push(one) })) passed.push(response)
  assert.deepEqual(passed, responses)
  assert.deepEqual(told, [
    { done: 1, active: 1, total: 5, inputBytes: 10 },
    { done: 5, active: 0, total: 5, inputBytes: 25 },
  ])
})
