import { assertEqual, type Benchmark } from '../benchmark.ts'
import { eventFile } from '../event-file.ts'
import { runRepeated } from './repeated-program.ts'
import type { RepeatedRuns } from './samples.ts'

const EVENTS = 2_000_000
const SMOKE_EVENTS = 10_000

interface Result extends RepeatedRuns {
  readonly users: number
  readonly cents: number
}

export const jsonLines: Benchmark = {
  name: 'json-lines',
  title: '2 M JSON events of 200 bytes: parse, filter, sum by user, RDDs, local[2]; Spark with Jackson',
  async run(options) {
    const { path, facts } = eventFile(options.isSmoke ? SMOKE_EVENTS : EVENTS)
    return runRepeated<Result>(
      {
        program: 'json-lines',
        sparkProgram: 'JsonLines',
        file: path,
        records: facts.events,
        unit: 'events',
        check(result) {
          assertEqual('the count of users', result.users, facts.users)
          assertEqual('the sum of cents', result.cents, facts.cents)
        },
      },
      options,
    )
  },
}
