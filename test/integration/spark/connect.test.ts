import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { type ArrowValue, valueAt } from '../../../src/arrow/values.ts'
import { addArtifact, artifactsExist } from '../../../src/connect/artifacts.ts'
import { fetchBatches } from '../../../src/connect/batches.ts'
import { ConnectChannel } from '../../../src/connect/channel.ts'
import { type DataType, type Relation, RelationSchema } from '../../../src/connect/gen/spark_connect_pb.ts'
import { ExplainMode } from '../../../src/connect/plan-analysis.ts'
import { ConnectSession } from '../../../src/connect/session.ts'
import { parseConnectUrl } from '../../../src/connect/url.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

let server: SparkServer
let session: ConnectSession

before(async () => {
  server = await startSparkServer({})
  const url = parseConnectUrl(server.url)
  const settings = { 'spark.sql.session.timeZone': 'UTC', 'spark.sql.execution.arrow.compression.codec': 'none' }
  session = new ConnectSession(new ConnectChannel(url), url, { version: '0', settings })
  await session.applySettings()
})

after(async () => {
  await session?.release(Date.now() + 5000)
  session?.channel.close()
  await server?.[Symbol.asyncDispose]()
})

function sql(query: string): Relation {
  return create(RelationSchema, { relType: { case: 'sql', value: { query } } })
}

function fieldKinds(type: DataType): (string | undefined)[] {
  return type.kind.case === 'struct' ? type.kind.value.fields.map(({ dataType }) => dataType?.kind.case) : []
}

async function rowsOf(query: string): Promise<ArrowValue[][]> {
  const rows: ArrowValue[][] = []
  for await (const { schema, columns, length } of fetchBatches(session, sql(query))) {
    for (let row = 0; row < length; row++) {
      rows.push(columns.map((column, index) => valueAt(schema.fields[index]!.type, column, row)))
    }
  }
  return rows
}

test('values of every type come from Spark as they are', async () => {
  const rows = await rowsOf(`SELECT NULL, true, CAST(-1 AS TINYINT), CAST(300 AS SMALLINT), 7, 9007199254740993L,
    CAST(1.5 AS FLOAT), 0.1D, CAST(-12.30 AS DECIMAL(38, 2)), 'zwölf', X'00FF', DATE'1970-01-02',
    TIMESTAMP'1970-01-01 00:00:00.000001', TIMESTAMP_NTZ'1969-12-31 23:59:59.999999',
    INTERVAL '1-2' YEAR TO MONTH, INTERVAL '0 00:00:01' DAY TO SECOND, make_interval(0, 1, 0, 2, 0, 0, 3),
    array(1, NULL), named_struct('a', 1, 'b', 'x'), map('k', array(1.5D))`)
  const [row = []] = rows
  assert.deepEqual(row.slice(0, 10), [null, true, -1, 300, 7, 9007199254740993n, 1.5, 0.1, -1230n, 'zwölf'])
  assert.deepEqual([...(row[10] as Uint8Array)], [0, 255])
  assert.deepEqual(row.slice(11, 16), [1, 1n, -1n, 14, 1_000_000n])
  assert.deepEqual(row.slice(16), [
    { months: 1, days: 2, nanoseconds: 3_000_000_000n },
    [1, null],
    [1, 'x'],
    [['k', [1.5]]],
  ])
})

test('a relation without rows gives its columns', async () => {
  let columns: readonly string[] = []
  for await (const { schema, length } of fetchBatches(session, sql('SELECT id, "a" AS name FROM range(0)'))) {
    assert.equal(length, 0)
    columns = schema.fields.map(({ name }) => name)
  }
  assert.deepEqual(columns, ['id', 'name'])
})

test('Spark answers every question about a plan', async () => {
  const { analysis } = session
  const numbers = sql('SELECT id, CAST(id AS STRING) AS name FROM range(10)')
  assert.deepEqual(fieldKinds(await analysis.schema(numbers)), ['long', 'string'])
  assert.match(await analysis.explain(numbers, ExplainMode.EXTENDED), /== Physical Plan ==/)
  assert.match(await analysis.treeString(numbers), /\|-- name: string/)
  assert.equal(await analysis.isLocal(sql('VALUES (1)')), true)
  assert.equal(await analysis.isLocal(numbers), false)
  assert.equal(await analysis.isStreaming(numbers), false)
  assert.deepEqual(await analysis.inputFiles(numbers), [])
  assert.match(await analysis.sparkVersion(), /^\d+\.\d+/)
  const ddl =
    'a BOOLEAN, b TINYINT, c SMALLINT, d FLOAT, e DOUBLE, f DECIMAL(5,2), g DATE, h TIMESTAMP, i TIMESTAMP_NTZ'
  const more =
    'j INTERVAL YEAR TO MONTH, k INTERVAL DAY TO SECOND, l INTERVAL, m ARRAY<INT>, n MAP<INT, BINARY>, o VOID'
  assert.deepEqual(
    fieldKinds(await analysis.parseDdl(`${ddl}, ${more}`)),
    'boolean byte short float double decimal date timestamp timestampNtz yearMonthInterval dayTimeInterval calendarInterval array map null'.split(
      ' ',
    ),
  )
  assert.equal(await analysis.sameSemantics(numbers, numbers), true)
  assert.equal(await analysis.sameSemantics(numbers, sql('SELECT 1')), false)
  assert.equal(await analysis.semanticHash(numbers), await analysis.semanticHash(numbers))
  await assert.rejects(analysis.schema(sql('SELECT nothing_here')), { code: /^UNRESOLVED_COLUMN/, sqlState: '42703' })
})

test('a relation is marked to be kept, and the mark taken off', async () => {
  const { analysis } = session
  const relation = sql('SELECT id FROM range(3)')
  await analysis.persist(relation, { useDisk: true, replication: 1 })
  const { useDisk, useMemory } = await analysis.storageLevel(relation)
  assert.deepEqual({ useDisk, useMemory }, { useDisk: true, useMemory: false })
  await analysis.unpersist(relation, true)
  assert.equal((await analysis.storageLevel(relation)).useDisk, false)
})

test("the session's settings are read, set, told apart and unset", async () => {
  const { config } = session
  const key = 'spark.sql.shuffle.partitions'
  assert.equal((await config.get(['spark.sql.session.timeZone'])).get('spark.sql.session.timeZone'), 'UTC')
  await config.set({ [key]: '7' })
  assert.equal((await config.getAll('spark.sql.shuffle.')).get('partitions'), '7')
  await config.unset([key])
  assert.notEqual((await config.get([key])).get(key), '7')
  assert.equal((await config.getWithDefault({ 'my.own': 'x' })).get('my.own'), 'x')
  assert.equal((await config.getOption(['my.own'])).has('my.own'), false)
  const modifiable = await config.isModifiable([key, 'spark.sql.warehouse.dir'])
  assert.deepEqual([...modifiable.values()], [true, false])
  await assert.rejects(config.get(['my.own']), { code: 'SQL_CONF_NOT_FOUND' })
})

test('artifacts are known by name, and nothing is interrupted where nothing runs', async () => {
  // The server tells of those that it caches by their hash.
  const name = 'cache/0000'
  assert.deepEqual([...(await artifactsExist(session, [name])).values()], [false])
  await addArtifact(session, { name, content: Buffer.from('x') })
  assert.deepEqual([...(await artifactsExist(session, [name])).values()], [true])
  assert.deepEqual(await session.interrupt({ kind: 'all' }), [])
  assert.deepEqual(await session.interrupt({ kind: 'tag', tag: 'none' }), [])
})
