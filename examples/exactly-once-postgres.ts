/**
 * Counts the words of files in PostgreSQL, each exactly once, however often the program is killed: counts are added up, and every occurrence is
 * noted with its number. Neither could bear to be written twice.
 *
 *   npm install pg
 *   npx millstream run examples/exactly-once-postgres.ts in/ checkpoints/ postgres://localhost/postgres
 */
import { SparkConf, SparkContext, type State, StateSpec, StreamingContext } from 'millstream'
import { postgresSink } from 'millstream/postgres'
import pg from 'pg'

const [directory = 'in', checkpoints = 'checkpoints', database = 'postgres://localhost/postgres'] =
  process.argv.slice(2)

/** Adds a batch's counts to those in the table. */
const wordCounts = postgresSink<[string, number]>({
  name: 'word-counts',
  connection: database,
  async write(client, counts) {
    await client.query(
      `insert into word_counts (word, count) select * from unnest($1::text[], $2::bigint[])
      on conflict (word) do update set count = word_counts.count + excluded.count`,
      [counts.map(([word]) => word), counts.map(([, count]) => count)],
    )
  },
})

/** Notes each occurrence of a word with its number. */
const wordHistory = postgresSink<[string, number]>({
  name: 'word-history',
  connection: database,
  async write(client, occurrences, { batchTimeMs }) {
    await client.query(
      'insert into word_history (batch_time_ms, word, occurrence) select $1, * from unnest($2::text[], $3::bigint[])',
      [batchTimeMs, occurrences.map(([word]) => word), occurrences.map(([, occurrence]) => occurrence)],
    )
  },
})

/** Gives every occurrence of a word its number. */
const numbered = StateSpec.function(
  (word: string, _one: number | undefined, state: State<number>): [string, number] => {
    const occurrence = (state.getOption() ?? 0) + 1
    state.update(occurrence)
    return [word, occurrence]
  },
)

function setup(): StreamingContext {
  const conf = new SparkConf().setMaster('local[2]').setAppName('ExactlyOncePostgres')
  const ssc = new StreamingContext(new SparkContext(conf), 1)
  const words = ssc
    .textFileStream(directory)
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
  // As many partitions whatever the settings: a batch that has to run again must have those that it had.
  words.reduceByKey((a, b) => a + b, 2).foreachRDD(wordCounts)
  words.mapWithState(numbered.numPartitions(2)).name('occurrences').foreachRDD(wordHistory)
  return ssc
}

const client = new pg.Client(database)
await client.connect()
await client.query('create table if not exists word_counts (word text primary key, count bigint not null)')
await client.query(
  'create table if not exists word_history (batch_time_ms bigint not null, word text not null, occurrence bigint not null)',
)
await client.end()

const ssc = await StreamingContext.getOrCreate(checkpoints, setup)
await ssc.start()
console.log(`Watching ${directory}`)
await ssc.awaitTermination()
