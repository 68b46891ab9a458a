/**
 * Searches for a history in which a record is lost or counted twice.
 *
 * ```
 * tsx test/model/ledger-histories.ts --histories 10000 --seed 1    histories 1 to 10000
 * tsx test/model/ledger-histories.ts --histories 1 --seed 4711     that one again
 * ```
 *
 * Prints each history that failed, made as short as possible, and exits with 1 when there was one. TMPDIR on a file system in memory makes it faster.
 */
import { parseArgs } from 'node:util'
import { describeFailure, HistorySearch } from './histories/search.ts'

const PROGRESS_EVERY = 100

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    /** Ends the search with so many failures. */
    failures: { type: 'string', default: '10' },
    /** Prints what happened in the histories in which nothing went wrong, too. */
    trace: { type: 'boolean', default: false },
    /** Prints failures as they came. */
    long: { type: 'boolean', default: false },
  },
})
const histories = Number(values.histories)
const firstSeed = Number(values.seed)
const say = (line: string) => process.stdout.write(`${line}\n`)

await using search = new HistorySearch()
const startedAt = performance.now()
let failures = 0
for (let index = 0; index < histories && failures < Number(values.failures); index++) {
  const failed = await search.runSeed(firstSeed + index)
  if (failed !== null) {
    failures++
    say(describeFailure(values.long ? failed : await search.shrink(failed)))
  } else if (values.trace) say(`history ${firstSeed + index}\n  ${search.lastTrace.join('\n  ')}`)
  if ((index + 1) % PROGRESS_EVERY === 0 || index + 1 === histories) {
    const perHistory = ((performance.now() - startedAt) / (index + 1)).toFixed(0)
    say(`${index + 1} histories from seed ${firstSeed}, ${failures} failed, ${perHistory} ms each`)
  }
}
process.exitCode = failures === 0 ? 0 : 1
