/**
 * Plain JavaScript: how long the words of some files are. Works with `npx millstream run`, and as well with `node` alone.
 *
 *   npx millstream run examples/word-lengths.js [files…]
 */
import { SparkContext } from 'millstream'

const files = process.argv.slice(2)
const sc = new SparkContext('local[2]', 'WordLengths')

const words = sc
  .textFile(files.length > 0 ? files.join(',') : import.meta.filename)
  .flatMap((line) => line.match(/\p{L}+/gu) ?? [])

const lengths = words.map((word) => [word.length, 1]).reduceByKey((a, b) => a + b)

console.log(`${await words.count()} words, ${await words.distinct().count()} different ones`)
for (const [length, count] of await lengths.sortByKey().collect()) {
  console.log(`${String(length).padStart(2)} letters: ${count}`)
}

await sc.stop()
