import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeFailure, HistorySearch } from '../model/histories/search.ts'

/**
 * The same ones each time, so that a commit is judged by what it changes. More with MILLSTREAM_HISTORIES, others with MILLSTREAM_HISTORY_SEED;
 * `test/model/ledger-histories.ts` runs thousands.
 */
const HISTORIES = Number(process.env.MILLSTREAM_HISTORIES ?? 80)
const SEED = Number(process.env.MILLSTREAM_HISTORY_SEED ?? 1)

/** Histories beyond the first ones in which the engine went wrong once. */
const FOUND = [8989]

test('histories in which something went wrong once', async () => {
  await using search = new HistorySearch()
  for (const seed of FOUND) {
    const failed = await search.runSeed(seed)
    if (failed !== null) assert.fail(describeFailure(failed))
  }
})

test(`${HISTORIES} programs in which anything fails lose no record and count none twice`, async (t) => {
  t.diagnostic(`seed ${SEED}`)
  await using search = new HistorySearch()
  for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
    const failed = await search.runSeed(seed)
    if (failed !== null) assert.fail(describeFailure(await search.shrink(failed)))
  }
})
