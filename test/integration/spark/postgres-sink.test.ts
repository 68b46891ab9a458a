import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { SparkConf, SparkContext, Time } from '../../../src/index.ts'
import { postgresSink } from '../../../src/sinks/postgres/index.ts'
import { PostgresServer } from '../postgres/postgres-server.ts'
import { startSparkServer } from './spark-server.ts'

test('a sink writes from executors that have no package installed, and skips what an earlier run has written', async () => {
  await using postgres = await PostgresServer.start()
  await using spark = await startSparkServer()
  const client = new pg.Client(postgres.url)
  await client.connect()
  await client.query('create table numbers (batch int, n int)')
  const { url } = postgres
  const sink = postgresSink<number>({
    name: 'numbers',
    connection: url,
    async write(connection, numbers, { batchTimeMs }) {
      await connection.query('insert into numbers select $1, * from unnest($2::int[])', [batchTimeMs, numbers])
    },
  })
  const results = []
  for (const batches of [[1], [1, 2]]) {
    await using sc = new SparkContext(new SparkConf(false).setMaster(spark.url).setAppName('postgres-sink'))
    for (const batch of batches) results.push(await sink(sc.parallelize([1, 2, 3, 4], 3), new Time(batch)))
  }
  assert.deepEqual(results, [
    { written: 3, skipped: 0 },
    { written: 0, skipped: 3 },
    { written: 3, skipped: 0 },
  ])
  const { rows } = await client.query(
    'select batch, array_agg(n order by n) as numbers from numbers group by 1 order by 1',
  )
  assert.deepEqual(rows, [
    { batch: 1, numbers: [1, 2, 3, 4] },
    { batch: 2, numbers: [1, 2, 3, 4] },
  ])
  await client.end()
})
