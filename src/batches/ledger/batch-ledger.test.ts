import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BatchLedger, type LedgerOptions } from './batch-ledger.ts'

const newLedger = (options: Partial<LedgerOptions> = {}, isDurable = true) => {
  const ledger = new BatchLedger({ maxAttempts: 1, retryDelayMs: 1000, maxWaiting: 3, ...options })
  ledger.open(isDurable, () => [])
  return ledger
}

function run(ledger: BatchLedger, time: number, outcome: 'completed' | 'failed' = 'completed'): number | null {
  ledger.due(time)
  if (ledger.inputOf(time, 'source') === undefined) ledger.fixInput(time, 'source', { upTo: time })
  ledger.planned(time)
  ledger.beginAttempt(time)
  if (outcome === 'failed') return ledger.failed(time)
  ledger.completed(time)
  return null
}

describe('the life of a batch', () => {
  test('is due, planned, running, then completed', () => {
    const ledger = newLedger()
    const states = [ledger.stateOf(1000)]
    const note = () => states.push(ledger.stateOf(1000))
    ledger.due(1000)
    note()
    ledger.fixInput(1000, 'source', [1])
    ledger.planned(1000)
    note()
    ledger.beginAttempt(1000)
    note()
    ledger.completed(1000)
    note()
    assert.deepEqual(states, [undefined, 'due', 'planned', 'running', 'completed'])
    assert.deepEqual(ledger.unfinished, [])
    assert.deepEqual(ledger.inputOf(1000, 'source'), [1])
  })

  test('what a source has fixed is fixed', () => {
    const ledger = newLedger()
    ledger.due(1000)
    ledger.fixInput(1000, 'source', 1)
    assert.throws(() => ledger.fixInput(1000, 'source', 2), /fixed once/)
    assert.equal(ledger.inputOf(1000, 'source'), 1)
  })

  test('a batch that could not be planned stays before later ones, also after it was given up in this run', () => {
    const ledger = newLedger()
    ledger.due(1000)
    ledger.beginAttempt(1000)
    assert.equal(ledger.failed(1000), null)
    ledger.due(2000)
    assert.deepEqual(ledger.unplannedUpTo(2000), [1000, 2000])
    ledger.planned(1000)
    assert.deepEqual(ledger.unplannedUpTo(2000), [2000])
    assert.equal(ledger.stateOf(1000), 'failed')
  })
})

describe('a batch that failed', () => {
  test('is tried as often as allowed, with pauses that double', () => {
    const ledger = newLedger({ maxAttempts: 4 })
    assert.deepEqual(
      [1, 2, 3, 4].map(() => run(ledger, 1000, 'failed')),
      [1000, 2000, 4000, null],
    )
    assert.equal(ledger.oldestRetried, undefined)
    assert.deepEqual(ledger.unfinished, [1000])
  })

  test('is awaited by later ones until it succeeds or is given up', () => {
    const ledger = newLedger({ maxAttempts: 2 })
    run(ledger, 1000, 'failed')
    assert.equal(ledger.oldestRetried, 1000)
    ledger.beginAttempt(1000)
    assert.equal(ledger.oldestRetried, 1000)
    ledger.completed(1000)
    assert.equal(ledger.oldestRetried, undefined)
  })

  test('keeps its input, however many later batches are completed', () => {
    const ledger = newLedger()
    run(ledger, 1000, 'failed')
    for (let time = 2000; time <= 100_000; time += 1000) {
      run(ledger, time)
      for (const done of ledger.unsettled) ledger.settled(done)
      ledger.forget(1000)
    }
    assert.deepEqual(ledger.inputOf(1000, 'source'), { upTo: 1000 })
    assert.deepEqual(ledger.unfinished, [1000])
  })

  test('is over without checkpoints once no attempt is left, as no later run knows of it', () => {
    const ledger = newLedger({ maxAttempts: 2 }, false)
    run(ledger, 1000, 'failed')
    assert.deepEqual(ledger.unfinished, [1000])
    run(ledger, 1000, 'failed')
    assert.deepEqual(ledger.unfinished, [])
    for (const time of [2000, 3000]) run(ledger, time)
    for (const time of ledger.unsettled) ledger.settled(time)
    assert.deepEqual(ledger.forget(1000), [1000, 2000])
  })

  test('too many of them hold back further batches', () => {
    const ledger = newLedger()
    const isHoldingBack = [1, 2, 3, 4].map((n) => {
      run(ledger, n * 1000, 'failed')
      return ledger.isHoldingBack
    })
    assert.deepEqual(isHoldingBack, [false, false, false, true])
    ledger.beginAttempt(1000)
    assert.equal(ledger.isHoldingBack, false)
  })
})

describe('what is kept', () => {
  test('forgets completed batches that nothing reaches back to, and says which', () => {
    const ledger = newLedger()
    for (const time of [1000, 2000, 3000]) run(ledger, time)
    assert.deepEqual(ledger.forget(1000), [], 'sources were not told of them')
    for (const time of ledger.unsettled) ledger.settled(time)
    assert.deepEqual(ledger.forget(1000), [1000, 2000])
    assert.equal(ledger.inputOf(3000, 'source') !== undefined, true)
    assert.equal(ledger.oldest, 3000)
  })

  test('a batch that is overtaken needs its input until it is done', () => {
    const ledger = newLedger()
    ledger.due(1000)
    ledger.fixInput(1000, 'source', 'one')
    ledger.planned(1000)
    ledger.beginAttempt(1000)
    for (let time = 2000; time <= 9000; time += 1000) run(ledger, time)
    assert.equal(ledger.needed.includes(1000, 1000), true)
    ledger.completed(1000)
    assert.equal(ledger.needed.includes(1000, 1000), false)
  })

  test('a batch without attempts left is needed by a later run only', () => {
    const ledger = newLedger()
    run(ledger, 1000, 'failed')
    for (const time of [2000, 3000]) run(ledger, time)
    assert.deepEqual([ledger.needed.includes(1000, 1000), ledger.neededLater.includes(1000, 1000)], [false, true])
  })
})

describe('finished batches in segments', () => {
  const settle = (ledger: BatchLedger) => {
    for (const time of ledger.unsettled) ledger.settled(time)
  }
  const runAll = (ledger: BatchLedger, times: readonly number[]) => {
    for (const time of times) run(ledger, time)
    settle(ledger)
  }
  const segmentsOf = (ledger: BatchLedger) =>
    ledger.toKept().segments!.map(({ segment, remembered }) => ({ ...remembered, all: Object.keys(segment.batches()) }))

  test('are the oldest as soon as there are enough, and the newest stay by themselves', () => {
    const ledger = newLedger({ segmentSize: 2 })
    runAll(ledger, [1000, 2000, 3000, 4000, 5000])
    assert.deepEqual(segmentsOf(ledger), [
      { from: 1000, all: ['1000', '2000'] },
      { from: 3000, all: ['3000', '4000'] },
    ])
    assert.deepEqual(Object.keys(ledger.toKept().finished), ['5000'])
    assert.deepEqual(ledger.inputOf(1000, 'source'), { upTo: 1000 })
    assert.deepEqual([...ledger.inputsOf('source').keys()], [1000, 2000, 3000, 4000, 5000])
    assert.equal(ledger.oldest, 1000)
  })

  test('stay the same segment for every later checkpoint', () => {
    const ledger = newLedger({ segmentSize: 2 })
    runAll(ledger, [1000, 2000])
    const [first] = ledger.toKept().segments!
    runAll(ledger, [3000])
    assert.equal(ledger.toKept().segments![0]!.segment, first!.segment)
  })

  test('are forgotten one by one, from the beginning of a segment, and a segment with its last', () => {
    const ledger = newLedger({ segmentSize: 2 })
    runAll(ledger, [1000, 2000, 3000, 4000])
    const before = ledger.toKept()
    assert.deepEqual(ledger.forget(3000), [1000])
    assert.deepEqual(segmentsOf(ledger)[0], { from: 2000, all: ['1000', '2000'] })
    assert.equal(before.segments![0]!.remembered.from, 1000, 'what a checkpoint was given does not change')
    runAll(ledger, [5000])
    assert.deepEqual(ledger.forget(3000), [2000])
    assert.deepEqual(
      segmentsOf(ledger).map(({ from }) => from),
      [3000],
    )
    assert.equal(ledger.inputOf(2000, 'source'), undefined)
    assert.equal(ledger.oldest, 3000)
  })

  test('are forgotten in the midst of a segment where an unfinished batch needs those before', () => {
    const ledger = newLedger({ segmentSize: 4 })
    runAll(ledger, [1000, 2000])
    run(ledger, 3000, 'failed')
    runAll(ledger, [4000, 5000])
    assert.deepEqual(segmentsOf(ledger), [{ from: 1000, all: ['1000', '2000', '4000', '5000'] }])
    for (const time of [6000, 7000]) run(ledger, time)
    assert.deepEqual(ledger.forget(2000), [1000], 'sources were not told of those behind the failed batch')
    for (const time of [4000, 5000]) ledger.settled(time)
    assert.deepEqual(ledger.forget(2000), [4000, 5000])
    assert.deepEqual(segmentsOf(ledger)[0], { from: 2000, except: [4000, 5000], all: ['1000', '2000', '4000', '5000'] })
    assert.deepEqual(ledger.inputOf(2000, 'source'), { upTo: 2000 })
  })

  test('that end out of order are in the segment of those that ended with them, and oldest and forgetting go by time', () => {
    const ledger = newLedger({ segmentSize: 2 })
    ledger.due(1000)
    runAll(ledger, [2000, 3000])
    assert.deepEqual(segmentsOf(ledger), [{ from: 2000, all: ['2000', '3000'] }])
    run(ledger, 1000)
    settle(ledger)
    assert.equal(ledger.oldest, 1000)
    runAll(ledger, [4000])
    assert.deepEqual(segmentsOf(ledger)[1], { from: 1000, all: ['1000', '4000'] })
    assert.deepEqual(ledger.forget(1000), [1000, 2000, 3000])
    assert.deepEqual(segmentsOf(ledger), [{ from: 4000, all: ['1000', '4000'] }])
  })
})

describe('sources are told of completed batches', () => {
  test('in their order, those behind an unfinished one once it is done', () => {
    const ledger = newLedger()
    run(ledger, 1000)
    run(ledger, 2000, 'failed')
    run(ledger, 3000)
    assert.deepEqual(ledger.unsettled, [1000])
    ledger.settled(1000)
    run(ledger, 2000)
    assert.deepEqual(ledger.unsettled, [2000, 3000])
  })

  test('of the newest when one is held up for very long', () => {
    const ledger = newLedger()
    run(ledger, 1000, 'failed')
    for (let n = 2; n <= 1502; n++) run(ledger, n * 1000)
    assert.deepEqual(ledger.unsettled, [])
    run(ledger, 1000)
    const told = ledger.unsettled
    assert.equal(told.at(-1), 1_502_000)
    assert(told.length <= 1001, String(told.length))
  })
})

test('a later run has the unfinished batches to run, with their input, and what was finished to reach back to', () => {
  const before = newLedger()
  run(before, 1000)
  run(before, 2000, 'failed')
  before.due(3000)
  before.fixInput(3000, 'source', 'three')
  const kept = JSON.parse(JSON.stringify(before.toKept()))
  assert.deepEqual(kept, {
    unfinished: { 2000: { source: { upTo: 2000 } }, 3000: { source: 'three' } },
    finished: { 1000: { source: { upTo: 1000 } } },
    segments: [],
  })
  const after = new BatchLedger({ maxAttempts: 1, retryDelayMs: 0, maxWaiting: 1 })
  after.restore(kept)
  after.open(true, () => [])
  assert.equal(after.newestDue, 3000)
  after.due(4000)
  assert.deepEqual(after.unfinished, [2000, 3000, 4000])
  assert.deepEqual(after.unplannedUpTo(4000), [2000, 3000, 4000])
  assert.deepEqual([...after.inputsOf('source').keys()], [1000, 2000, 3000])
  run(after, 2000)
  assert.deepEqual(after.stateOf(2000), 'completed')
})
