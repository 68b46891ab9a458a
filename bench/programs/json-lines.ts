/** Amounts by user out of a file of JSON events, one a line: `json-lines.js FILE RUNS`. The first run is cold. */
import { SparkContext } from 'millstream'
import { argument, peakRssBytes, report, timed } from './report.ts'

interface Event {
  readonly type: string
  readonly user: string
  readonly cents: number
}

const sc = new SparkContext('local[2]', 'json-lines')
const centsByUser = () =>
  sc
    .textFile(argument(0))
    .map((line) => JSON.parse(line) as Event)
    .filter((event) => event.type !== 'view')
    .map((event) => [event.user, event.cents])
    .reduceByKey((a, b) => a + b)
    .collect()

const runs = []
let users = 0
let cents = 0
for (let run = 0; run < Number(argument(1)); run++) {
  const { value, ...time } = await timed(centsByUser)
  runs.push(time)
  users = value.length
  cents = value.reduce((sum, [, amount]) => sum + amount, 0)
}
report({ runs, users, cents, peakRssBytes: peakRssBytes() })
await sc.stop()
