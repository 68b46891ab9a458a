/**
 * Counts words of a stream by SQL, as in Spark's guide: each batch becomes a DataFrame, a table of SQL, and is asked. A queue of sentences stands for the socket.
 *
 *   npx millstream run examples/sql-network-wordcount.ts
 */
import { Milliseconds, SparkConf, SparkContext, StreamingContext } from 'millstream'
import { SparkSession } from 'millstream/sql'

const sc = new SparkContext(new SparkConf().setAppName('SqlNetworkWordCount').setIfMissing('spark.master', 'local[2]'))
const ssc = new StreamingContext(sc, Milliseconds(100))
const words = ssc.queueStream([['to be or not to be'], ['that is the question']]).flatMap((line) => line.split(' '))

let batches = 0
words.foreachRDD(async (rdd) => {
  if (await rdd.isEmpty()) return
  const spark = SparkSession.builder().config(rdd.sparkContext.getConf()).getOrCreate()
  rdd.toDF('word').createOrReplaceTempView('words')
  const totals = spark.sql('select word, count(*) as total from words group by word order by total desc, word')
  await totals.show()
  batches++
})

await ssc.start()
while (batches < 2) await ssc.awaitTerminationOrTimeout('50ms')
await ssc.stop()
