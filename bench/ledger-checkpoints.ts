/**
 * What it costs to write a checkpoint, by the number of finished batches that are remembered: `npx tsx bench/ledger-checkpoints.ts [--smoke]`. Every round
 * is one batch with two sources: it runs, the oldest is forgotten, and two checkpoints are written, as in a streaming program. Prints JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CheckpointDirectory } from '../src/batches/checkpoint/checkpoint-directory.ts'
import { BatchLedger } from '../src/batches/ledger/batch-ledger.ts'

const isSmoke = process.argv.includes('--smoke')
const REMEMBERED = isSmoke ? [20, 300] : [20, 1000, 10_000]
const INTERVAL_MS = 50
/** Two segments' worth of batches, so that what a segment costs is in the figures. */
const ROUNDS = isSmoke ? 2 : 256
const WARM_UP_ROUNDS = isSmoke ? 1 : 64
const CHECKPOINTS_PER_ROUND = 2
/** When the first batch is. */
const START_MS = 1_700_000_000_000

const ledgerOf = () => {
  const ledger = new BatchLedger({ maxAttempts: 1, retryDelayMs: 1000, maxWaiting: 100 })
  ledger.open(true, () => [])
  return ledger
}

/** About 150 bytes of positions. */
function runBatch(ledger: BatchLedger, time: number): void {
  ledger.due(time)
  ledger.fixInput(time, 'events', { partitions: { 0: [time, time + 100], 1: [time, time + 100] } })
  ledger.fixInput(time, 'clicks', { partitions: { 0: [time, time + 100] } })
  ledger.planned(time)
  ledger.beginAttempt(time)
  ledger.completed(time)
  ledger.settled(time)
}

async function measure(remembered: number, root: string) {
  const ledger = ledgerOf()
  const directory = new CheckpointDirectory(root)
  await directory.open()
  let time = START_MS
  const nextBatch = () => {
    time += INTERVAL_MS
    runBatch(ledger, time)
  }
  const nextRound = async () => {
    nextBatch()
    ledger.forget(remembered * INTERVAL_MS)
    for (let i = 0; i < CHECKPOINTS_PER_ROUND; i++) {
      const checkpoint = { batchIntervalMs: INTERVAL_MS, zeroTime: START_MS, checkpointTime: time, operators: {} }
      await directory.write({ ...checkpoint, ledger: ledger.toKept() })
    }
  }
  for (let i = 1; i < remembered; i++) nextBatch()
  for (let i = 0; i < WARM_UP_ROUNDS; i++) await nextRound()
  const startMs = performance.now()
  const start = process.cpuUsage()
  for (let i = 0; i < ROUNDS; i++) await nextRound()
  const { user, system } = process.cpuUsage(start)
  const writes = ROUNDS * CHECKPOINTS_PER_ROUND
  return { remembered, cpuMs: (user + system) / 1000 / writes, ms: (performance.now() - startMs) / writes }
}

const results = []
for (const remembered of REMEMBERED) {
  const root = mkdtempSync(join(tmpdir(), 'millstream-bench-'))
  try {
    results.push(await measure(remembered, root))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
console.log(JSON.stringify(results))
