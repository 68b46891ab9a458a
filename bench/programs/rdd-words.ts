/** Word count of a text file as RDDs: `rdd-words.js FILE RUNS [MASTER]`. The first run is cold, in a process that has run nothing yet. */
import { SparkContext } from 'millstream'
import { argument, peakRssBytes, report, timed } from './report.ts'

const sc = new SparkContext(process.argv[4] ?? 'local[2]', 'rdd-words')
const counts = () =>
  sc
    .textFile(argument(0))
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)

const runs = []
const runCount = Number(argument(1))
for (let run = 0; run < runCount; run++) {
  console.log(`MARK run ${run}`)
  runs.push(await timed(() => counts().count()))
}
console.log(`MARK run ${runCount}`)
// What a file that only counts words holds in memory; the check below collects the counts.
const rssBytes = peakRssBytes()
const pairs = await counts().collect()
report({
  runs,
  distinctWords: pairs.length,
  words: pairs.reduce((sum, [, count]) => sum + count, 0),
  // Each word is followed by one space or line end.
  bytes: pairs.reduce((sum, [word, count]) => sum + count * (word.length + 1), 0),
  peakRssBytes: rssBytes,
})
await sc.stop()
