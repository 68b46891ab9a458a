import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import pg from 'pg'
import { SparkContext, type SparkException, Time } from '../../../src/index.ts'
import { type PostgresSinkOptions, postgresSink } from '../../../src/sinks/postgres/index.ts'
import { StreamingHarness } from '../../../src/testing/index.ts'
import { PostgresProxy } from './postgres-proxy.ts'
import { PostgresServer } from './postgres-server.ts'

let server: PostgresServer
let proxy: PostgresProxy
let client: pg.Client
let sc: SparkContext

before(async () => {
  server = await PostgresServer.start()
  proxy = await PostgresProxy.start(server.port)
})

after(async () => {
  await proxy?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

beforeEach(async () => {
  proxy.strike(null)
  client = await connected()
  await client.query('drop table if exists numbers, sums, millstream_commits')
  await client.query('create table numbers (sink text, n int)')
  await client.query('create table sums (id int primary key, sum int)')
  await client.query('insert into sums values (0, 0), (1, 0)')
  sc = new SparkContext('local[4]', 'postgres-sink')
})

afterEach(async () => {
  await sc.stop()
  await client.end()
})

async function connected(): Promise<pg.Client> {
  const one = new pg.Client(server.url)
  one.on('error', () => {})
  await one.connect()
  return one
}

const at = (batch: number) => new Time(batch * 1000)

/** A sink that writes numbers under its name. */
function numberSink(name: string, options: Partial<PostgresSinkOptions<number>> = {}) {
  return postgresSink<number>({
    name,
    connection: proxy.url,
    async write(connection, numbers) {
      await connection.query('insert into numbers select $1, * from unnest($2::int[])', [name, numbers])
    },
    ...options,
  })
}

async function numbersOf(name: string): Promise<number[]> {
  const { rows } = await client.query('select n from numbers where sink = $1 order by n', [name])
  return rows.map(({ n }) => n)
}

/** The error that the worker met. */
async function causeOf(writing: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  const error = await writing.then(
    () => assert.fail('it did not fail'),
    (reason: SparkException) => reason,
  )
  assert.equal(error.code, 'JOB_ABORTED')
  return error.cause as { readonly code: string; readonly message: string }
}

test('partitions that come at the same time make the table of commits and write each record once', async () => {
  for (let round = 0; round < 5; round++) {
    await client.query('drop table if exists millstream_commits; truncate numbers')
    // New workers, none of which knows the table.
    await using own = round === 0 ? null : new SparkContext('local[4]', 'again')
    const context = own ?? sc
    const result = await numberSink('a')(context.parallelize([1, 2, 3, 4, 5, 6], 8), at(1))
    assert.deepEqual(result, { written: 8, skipped: 0 })
    assert.deepEqual(await numbersOf('a'), [1, 2, 3, 4, 5, 6])
    if (own === null) await sc.stop()
  }
})

test('a batch that runs again is skipped, another sink and another batch are not', async () => {
  const numbers = sc.parallelize([1, 2], 2)
  await numberSink('a')(numbers, at(1))
  await numberSink('b')(numbers, at(1))
  await numberSink('a')(numbers, at(2))
  await sc.stop()
  sc = new SparkContext('local[2]', 'restarted')
  assert.deepEqual(await numberSink('a')(sc.parallelize([1, 2], 2), at(1)), { written: 0, skipped: 2 })
  assert.deepEqual(await numbersOf('a'), [1, 1, 2, 2])
  assert.deepEqual(await numbersOf('b'), [1, 2])
})

test('two outputs under one name are refused', async () => {
  const numbers = sc.parallelize([1, 2], 2)
  await numberSink('a')(numbers, at(1))
  await assert.rejects(numberSink('a')(numbers, at(1)), { code: 'SINK_WRITTEN_TWICE' })
})

test('what a partition wrote before it failed is not there, and the batch can be tried again', async () => {
  const numbers = sc.parallelize([1, 2, 3, 4], 2)
  const failing = numberSink('a', {
    async write(connection, records) {
      await connection.query('insert into numbers select $1, * from unnest($2::int[])', ['a', records])
      if (records.includes(3)) throw new Error('three is too much')
    },
  })
  const { code, message } = await causeOf(failing(numbers, at(1)))
  assert.equal(code, 'POSTGRES_WRITE_FAILED')
  assert.match(message, /^sink 'a', batch 1000 ms, partition 1: the records cannot be written: three is too much$/)
  assert.equal((await numbersOf('a')).includes(3), false)
  await numberSink('a')(numbers, at(1))
  assert.deepEqual(await numbersOf('a'), [1, 2, 3, 4])
})

test('a statement that failed and was swallowed does not pass for a commit', async () => {
  const careless = numberSink('a', {
    async write(connection) {
      await connection.query('select 1 / 0').catch(() => {})
    },
  })
  // Not the first partition, which has statements of the sink's own behind it.
  const { code, message } = await causeOf(careless(sc.parallelize([1], 2), at(1)))
  assert.equal(code, 'POSTGRES_WRITE_FAILED')
  assert.match(message, /rolled back at its end/)
  await numberSink('a')(sc.parallelize([1], 2), at(1))
  assert.deepEqual(await numbersOf('a'), [1])
})

test('a connection that breaks before, while and after a commit is known costs nothing', async () => {
  for (const [index, when] of (['before', 'answered', 'after'] as const).entries()) {
    proxy.strike({ message: 'COMMIT', nth: 1, when, act: () => proxy.cut() })
    await numberSink('a')(sc.parallelize([index], 1), at(index + 1))
  }
  assert.deepEqual(await numbersOf('a'), [0, 1, 2])
})

test('transactions that meet in serialization failures and deadlocks are tried until they are through', async () => {
  const partitions = 8
  const add = (isolation: 'read committed' | 'serializable', name: string) =>
    postgresSink<number>({
      name,
      connection: server.url,
      isolation,
      maxAttempts: 50,
      async write(connection, records) {
        // Each two partitions lock the rows in opposite order.
        for (const id of records[0]! % 2 === 0 ? [0, 1] : [1, 0]) {
          await connection.query('select sum from sums where id = $1', [id])
          await connection.query('update sums set sum = sum + 1 where id = $1', [id])
          await connection.query('select pg_sleep(0.01)')
        }
      },
    })
  const numbers = sc.parallelize([...Array(partitions).keys()], partitions)
  await add('serializable', 'a')(numbers, at(1))
  await add('read committed', 'b')(numbers, at(1))
  const { rows } = await client.query('select sum from sums order by id')
  assert.deepEqual(rows, [{ sum: 2 * partitions }, { sum: 2 * partitions }])
})

test('a database that is down is named, the batch can run when it is back', async () => {
  const sink = numberSink('a', { connection: server.url, maxAttempts: 2 })
  const numbers = sc.parallelize([1, 2], 2)
  await sink(numbers, at(1))
  await client.end()
  await server.down()
  const { code, message } = await causeOf(sink(numbers, at(2)))
  assert.equal(code, 'POSTGRES_UNAVAILABLE')
  assert.match(
    message,
    /^sink 'a', batch 2000 ms, partition \d: the database cannot be reached, tried 2 times: .*ECONNREFUSED/,
  )
  await server.up()
  client = await connected()
  assert.deepEqual(await sink(numbers, at(2)), { written: 2, skipped: 0 })
  assert.deepEqual(await numbersOf('a'), [1, 1, 2, 2])
})

test('a batch that was written in part is refused in other partitions, one that was written whole is skipped', async () => {
  const failing = numberSink('a', {
    async write(connection, records) {
      if (records.includes(3)) throw new Error('three is too much')
      await connection.query('insert into numbers select $1, * from unnest($2::int[])', ['a', records])
    },
  })
  await assert.rejects(failing(sc.parallelize([1, 3], 2), at(1)))
  await client.query("insert into millstream_commits values ('a', 1000, 0, 2) on conflict do nothing")
  const { code, message } = await causeOf(numberSink('a')(sc.parallelize([1, 3], 3), at(1)))
  assert.equal(code, 'SINK_PARTITIONS_CHANGED')
  assert.match(message, /it had 2 partitions, of which 1 were written, and now it has 3/)
  await numberSink('b')(sc.parallelize([1, 3], 2), at(1))
  await sc.stop()
  sc = new SparkContext('local[2]', 'restarted')
  assert.deepEqual(await numberSink('b')(sc.parallelize([1, 3], 3), at(1)), { written: 0, skipped: 3 })
  assert.deepEqual(await numbersOf('b'), [1, 3])
})

test('a worker has one connection from batch to batch, and none once its context has stopped', async () => {
  const url = `${server.url}?application_name=of-workers`
  const sink = numberSink('a', { connection: () => url })
  for (let batch = 1; batch <= 4; batch++) await sink(sc.parallelize([1, 2, 3, 4], 8), at(batch))
  const connections = async () => {
    const { rows } = await client.query(
      "select count(*)::int from pg_stat_activity where application_name = 'of-workers'",
    )
    return rows[0].count as number
  }
  const open = await connections()
  assert(open >= 1 && open <= 4, `${open} connections`)
  await sc.stop()
  while ((await connections()) > 0) await client.query('select pg_sleep(0.05)')
})

test('keys of batches that are done go, those of a batch that stays pending and of later ones do not', async (t) => {
  await sc.stop()
  const keysAfter = async (name: string, failingBatch: number | null) => {
    const directory = await mkdtemp(join(tmpdir(), 'millstream-keys-'))
    t.after(() => rm(directory, { recursive: true }))
    await using harness = new StreamingHarness({ master: 'local[2]' })
    harness.sc.setLogLevel('OFF')
    // With checkpoints a later run may run the batch again that failed.
    harness.ssc.checkpoint(directory)
    const numbers = harness.input(
      Array.from({ length: 60 }, (_, batch) => [batch]),
      1,
    )
    numbers.foreachRDD(numberSink(name, { connection: server.url, retention: 1 }))
    numbers.foreachRDD((_, time) => {
      if (time.milliseconds === (failingBatch ?? 0) * 1000) throw new Error('another output fails')
    })
    await harness.ssc.start()
    await harness.advance(60)
    const { rows } = await client.query(
      'select batch_time_ms / 1000 as batch from millstream_commits where sink = $1',
      [name],
    )
    return rows.map(({ batch }) => Number(batch)).sort((a, b) => a - b)
  }
  assert.deepEqual(
    await keysAfter('all-done', null),
    Array.from({ length: 21 }, (_, index) => 40 + index),
  )
  assert.deepEqual(
    await keysAfter('one-failed', 30),
    Array.from({ length: 51 }, (_, index) => 10 + index),
  )
})

test('options that do not fit are refused where the sink is made', () => {
  const write = () => {}
  const wrong: readonly (readonly [Partial<PostgresSinkOptions<number>>, RegExp])[] = [
    [{ name: '' }, /name must be a text/],
    [{ commitTable: 'a; drop table b' }, /commitTable is 'a; drop table b', which is no name of a table/],
    [{ maxAttempts: 0 }, /maxAttempts must be/],
    [{ retention: 0 }, /retention must be above 0/],
    [{ isolation: 'none' as 'serializable' }, /isolation must be one of read committed/],
  ]
  for (const [options, message] of wrong) {
    assert.throws(() => postgresSink({ name: 'a', connection: 'postgres://x', write, ...options }), {
      code: 'ILLEGAL_ARGUMENT',
      message,
    })
  }
})
