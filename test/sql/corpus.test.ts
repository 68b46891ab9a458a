import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { rowsOfBatches } from '../../src/sql/exec/column-batch.ts'
import { SparkSession, SqlRuntimeException } from '../../src/sql/index.ts'
import { parseQuery } from '../../src/sql/parser/parse.ts'
import type { Relation } from '../../src/sql/plan/relation.ts'
import { notYet } from './not-yet.ts'
import { recordedValue, sameAsRecorded } from './recorded-values.ts'

/** A statement with what Spark answered: see `values` in the file for how values are written. */
interface RecordedCase {
  readonly id: string
  readonly sql: string
  readonly schema?: readonly (readonly [name: string, type: string])[]
  readonly rows?: readonly (readonly unknown[])[]
  readonly error?: string
}
interface Corpus {
  readonly timeZone: string
  readonly views: readonly string[]
  readonly cases: readonly RecordedCase[]
}

const corpus = JSON.parse(readFileSync(new URL('corpus.json', import.meta.url), 'utf8')) as Corpus
const spark = SparkSession.builder()
  .master('local[1]')
  .appName('corpus')
  .config('spark.sql.session.timeZone', corpus.timeZone)
  .getOrCreate()
spark.sparkContext.setLogLevel('OFF')
after(() => spark.stop())

const views = new Map(
  corpus.views.map((text): [string, Relation] => {
    const [, name = '', query = ''] = /VIEW (\w+) AS ([\s\S]*)/.exec(text) ?? []
    return [name, parseQuery(query)]
  }),
)

/** What is wrong with our answer; null when it is Spark's. */
async function differs({ sql, schema, rows, error }: RecordedCase): Promise<string | null> {
  try {
    const plan = await spark.analyze({ kind: 'scoped', input: parseQuery(sql), views })
    const own = plan.output.map(({ name, type }) => [name, type.simpleString])
    if (error === undefined && JSON.stringify(own) !== JSON.stringify(schema)) return `columns ${JSON.stringify(own)}`
    const values = [...rowsOfBatches(await spark.execute(plan).collect())]
    if (error !== undefined) return `no error, but ${error} is due`
    const found = values.map((row) => row.map((value, index) => recordedValue(plan.output[index]!.type, value)))
    return sameAsRecorded(found, rows!, /order by/i.test(sql)) ? null : `rows ${JSON.stringify(found)}`
  } catch (thrown) {
    const code = (SqlRuntimeException.ofWorker((thrown as Error).cause) ?? (thrown as { code?: string })).code
    return error !== undefined && code === error ? null : `${thrown}`
  }
}

test('statements have Spark’s columns, rows and errors', async () => {
  const wrong: string[] = []
  const rightNow: string[] = []
  for (const one of corpus.cases) {
    const difference = await differs(one)
    if (difference === null && notYet.has(one.id)) rightNow.push(one.id)
    if (difference !== null && !notYet.has(one.id)) wrong.push(`${one.id}: ${one.sql}\n  ${difference}`)
  }
  assert.deepEqual(wrong, [])
  assert.deepEqual(rightNow, [], 'statements that are right by now: take them off the list in not-yet.ts')
})
