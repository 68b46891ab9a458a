import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { CrashPoint } from '../../fixtures/crash/run-job.ts'
import { PostgresProxy, type Strike } from './postgres-proxy.ts'
import { PostgresServer } from './postgres-server.ts'
import { WordProgram } from './word-program.ts'

let server: PostgresServer
let proxy: PostgresProxy
let client: pg.Client

before(async () => {
  server = await PostgresServer.start()
  proxy = await PostgresProxy.start(server.port)
  client = new pg.Client(server.url)
  await client.connect()
})

after(async () => {
  await client?.end()
  await proxy?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

beforeEach(async () => {
  proxy.strike(null)
  proxy.replaced.clear()
  await client.query('drop table if exists word_counts, word_history, millstream_commits')
})

const COUNTS = 'insert into word_counts'
const HISTORY = 'insert into word_history'

/** Moments of a batch's talk with the database. Each of the two sinks writes two partitions. */
const MOMENTS: readonly Omit<Strike, 'act'>[] = [
  { message: COUNTS, nth: 1, when: 'before' },
  { message: COUNTS, nth: 1, when: 'answered' },
  { message: 'COMMIT', since: COUNTS, nth: 1, when: 'before' },
  { message: 'COMMIT', since: COUNTS, nth: 1, when: 'answered' },
  { message: 'COMMIT', since: COUNTS, nth: 1, when: 'after' },
  { message: 'COMMIT', since: COUNTS, nth: 2, when: 'after' },
  { message: HISTORY, nth: 2, when: 'answered' },
  { message: 'COMMIT', since: HISTORY, nth: 1, when: 'answered' },
  { message: 'COMMIT', since: HISTORY, nth: 2, when: 'before' },
  { message: 'COMMIT', since: HISTORY, nth: 2, when: 'answered' },
  { message: 'COMMIT', since: HISTORY, nth: 2, when: 'after' },
]

/** The checkpoint that says that a batch is complete, and the one before its jobs. */
const CHECKPOINTS: readonly CrashPoint[] = [
  { call: 'rename', path: 'checkpoint-\\d+$', when: 'before', nth: 8 },
  { call: 'rename', path: 'checkpoint-\\d+$', when: 'before', nth: 9 },
  { call: 'rename', path: 'checkpoint-\\d+$', when: 'after', nth: 8 },
]
const RANDOM_KILLS = 10
const LONGEST_MS = 3000

async function killAt(program: WordProgram, moment: Omit<Strike, 'act'>): Promise<void> {
  const run = await program.start()
  proxy.strike({ ...moment, act: run.kill })
  program.appear()
  const { signal, output } = await run.ended
  assert.equal(signal, 'SIGKILL', output)
  proxy.strike(null)
}

describe('the words of a program that is killed are in the database exactly once', () => {
  test(`at ${MOMENTS.length} moments between it and the database`, async () => {
    await using program = await WordProgram.create(proxy.url)
    for (const moment of MOMENTS) await killAt(program, moment)
    await program.finish()
    await program.assertOutcome()
  })

  test('around the checkpoint that says that a batch is complete', async () => {
    await using program = await WordProgram.create(proxy.url)
    for (const point of CHECKPOINTS) {
      const run = await program.start(point)
      program.appear()
      const { signal, output } = await run.ended
      assert.equal(signal, 'SIGKILL', output)
    }
    await program.finish()
    await program.assertOutcome()
  })

  test(`at ${RANDOM_KILLS} moments that chance decides`, async (t) => {
    await using program = await WordProgram.create(proxy.url)
    const moments = Array.from({ length: RANDOM_KILLS }, () => randomInt(LONGEST_MS))
    t.diagnostic(`killed after ${moments.join(', ')} ms`)
    for (const moment of moments) {
      const run = await program.start()
      program.appear()
      await sleep(moment / 2)
      program.appear()
      await sleep(moment / 2)
      run.kill()
      await run.ended
    }
    await program.finish()
    await program.assertOutcome()
  })
})

describe('the check of a program that was killed', () => {
  test('finds keys that are not written', async () => {
    await using program = await WordProgram.create(proxy.url)
    await killAt(program, MOMENTS[0]!)
    await client.query(`create or replace function forget() returns trigger language plpgsql as
      $$ begin delete from millstream_commits where sink = new.sink and batch_time_ms = new.batch_time_ms; return null; end $$`)
    await client.query(
      'create trigger forget after insert on millstream_commits for each row execute function forget()',
    )
    await killAt(program, MOMENTS[5]!)
    await program.finish()
    await assert.rejects(program.assertOutcome(), assert.AssertionError)
  })

  test('finds keys that are written outside of the transaction', async () => {
    await using program = await WordProgram.create(proxy.url)
    proxy.replaced.set('BEGIN', ';;;;;')
    await killAt(program, MOMENTS[0]!)
    await program.finish()
    await assert.rejects(program.assertOutcome(), assert.AssertionError)
  })
})
