/**
 * Counts words of files that appear in a directory, for as long as you like: stop the program, or kill it, change it, start it again, and it goes
 * on where it was.
 *
 *   npx millstream run examples/recoverable-counts.ts in/ checkpoints/
 */
import { SparkConf, SparkContext, StreamingContext } from 'millstream'

const [directory = 'in', checkpoints = 'checkpoints'] = process.argv.slice(2)

/** Makes the streams, at the first start and at every later one: what the checkpoint holds is given to them. */
function setup(): StreamingContext {
  const conf = new SparkConf().setMaster('local[2]').setAppName('RecoverableCounts')
  const ssc = new StreamingContext(new SparkContext(conf), 0.5)
  const words = ssc.textFileStream(directory).flatMap((line) => line.split(' '))
  const totals = words
    .map((word) => [word, 1])
    .updateStateByKey((ones: number[], total: number | undefined) => ones.length + (total ?? 0))
    // Under this name a later version of the program finds the state, wherever the stream then stands.
    .name('totals')

  totals.foreachRDD(async (rdd, time) => {
    const counts = await rdd.sortByKey().collect()
    if (counts.length > 0) console.log(time.milliseconds, counts.map(([word, total]) => `${word}: ${total}`).join(', '))
  })
  return ssc
}

const ssc = await StreamingContext.getOrCreate(checkpoints, setup)
await ssc.start()
console.log(`Watching ${directory}`)
await ssc.awaitTermination()
