import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompletionTeller } from './completion-teller.ts'
import { BatchLedger } from './ledger/batch-ledger.ts'

test('inputs are told of each batch once, in order, also when checkpoints name batches again while they are being told', async () => {
  const ledger = new BatchLedger({ maxAttempts: 1, retryDelayMs: 0, maxWaiting: 1 })
  const told: number[] = []
  const waiting: (() => void)[] = []
  const input = {
    inputId: 'source',
    plan: () => null,
    completed: async (_time: unknown, positions: unknown) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      told.push(positions as number)
    },
  }
  const teller = new CompletionTeller(ledger, () => [input])
  for (const time of [1, 2, 3]) {
    ledger.due(time)
    ledger.fixInput(time, 'source', time)
    ledger.beginAttempt(time)
    ledger.completed(time)
    teller.tell(ledger.unsettled)
  }
  const done = teller.whenDone(new AbortController().signal)
  for (let i = 0; i < 3; i++) {
    while (waiting.length === 0) await new Promise(setImmediate)
    waiting.shift()!()
  }
  await done
  assert.deepEqual(told, [1, 2, 3])
  assert.deepEqual(ledger.unsettled, [])
})
