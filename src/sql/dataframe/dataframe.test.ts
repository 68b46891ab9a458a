import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { AnalysisException, col, count, desc, expr, lit, ParseException, SparkSession, sum, when } from '../index.ts'

const spark = SparkSession.builder()
  .master('local[2]')
  .appName('test')
  .config('spark.sql.session.timeZone', 'UTC')
  .getOrCreate()
spark.sparkContext.setLogLevel('OFF')
after(() => spark.stop())

const people = () =>
  spark.createDataFrame([
    { name: 'Ann', dept: 'eng', salary: 5000 },
    { name: 'Bob', dept: 'eng', salary: 4200 },
    { name: 'Cid', dept: 'ops', salary: 3900 },
    { name: 'Dee', dept: null, salary: 6100 },
  ])

/** What a function writes to the standard output. */
async function printed(print: () => Promise<void>): Promise<string> {
  const { write } = process.stdout
  let text = ''
  process.stdout.write = ((chunk: string) => {
    text += chunk
    return true
  }) as typeof write
  try {
    await print()
  } finally {
    process.stdout.write = write
  }
  return text
}

test('the words of an RDD are counted by SQL, and shown as Spark shows them', async () => {
  const words = spark.sparkContext.parallelize('a b a c b a'.split(' '))
  words.toDF('word').createOrReplaceTempView('words')
  const totals = spark.sql('select word, count(*) as total from words group by word order by total desc, word')
  assert.deepEqual(await totals.collect(), [
    { word: 'a', total: 3 },
    { word: 'b', total: 2 },
    { word: 'c', total: 1 },
  ])
  assert.equal(
    await printed(() => totals.show()),
    '+----+-----+\n|word|total|\n+----+-----+\n|   a|    3|\n|   b|    2|\n|   c|    1|\n+----+-----+\n\n',
  )
  assert.equal(
    await printed(() => totals.show(2, false)),
    '+----+-----+\n|word|total|\n+----+-----+\n|a   |3    |\n|b   |2    |\n+----+-----+\nonly showing top 2 rows\n\n',
  )
})

test('columns are computed, filtered, grouped and sorted', async () => {
  const raised = people()
    .filter(col('salary').gt(4000))
    .select(
      'name',
      col('salary').multiply(2).as('twice'),
      when(col('dept').isNull(), lit('?')).otherwise(col('dept')).as('where'),
    )
    .orderBy(desc('twice'))
  assert.deepEqual(await raised.collect(), [
    { name: 'Dee', twice: 12200, where: '?' },
    { name: 'Ann', twice: 10000, where: 'eng' },
    { name: 'Bob', twice: 8400, where: 'eng' },
  ])
  const byDept = people().groupBy('dept').agg(count('*').as('n'), sum('salary')).orderBy('dept')
  assert.deepEqual(await byDept.columns(), ['dept', 'n', 'sum(salary)'])
  assert.deepEqual(await byDept.collect(), [
    { dept: null, n: 1, 'sum(salary)': 6100 },
    { dept: 'eng', n: 2, 'sum(salary)': 9200 },
    { dept: 'ops', n: 1, 'sum(salary)': 3900 },
  ])
  assert.equal(await people().count(), 4)
  assert.deepEqual(await people().withColumn('k', expr('salary div 1000')).drop('salary', 'dept').take(1), [
    { name: 'Ann', k: 5 },
  ])
})

test('joins of every kind', async () => {
  const heads = spark.createDataFrame(
    [
      ['eng', 'Eve'],
      ['hr', 'Hal'],
    ],
    'dept STRING, head STRING',
  )
  const names = async (how: string) =>
    (await people().join(heads, 'dept', how).orderBy('dept').collect()).map((row) => [row.dept, row.name, row.head])
  assert.deepEqual(await names('inner'), [
    ['eng', 'Ann', 'Eve'],
    ['eng', 'Bob', 'Eve'],
  ])
  assert.deepEqual(await names('left'), [
    [null, 'Dee', null],
    ['eng', 'Ann', 'Eve'],
    ['eng', 'Bob', 'Eve'],
    ['ops', 'Cid', null],
  ])
  assert.deepEqual(await names('full'), [
    [null, 'Dee', null],
    ['eng', 'Ann', 'Eve'],
    ['eng', 'Bob', 'Eve'],
    ['hr', null, 'Hal'],
    ['ops', 'Cid', null],
  ])
  assert.deepEqual(await names('semi'), [
    ['eng', 'Ann', undefined],
    ['eng', 'Bob', undefined],
  ])
  assert.deepEqual(await names('anti'), [
    [null, 'Dee', undefined],
    ['ops', 'Cid', undefined],
  ])
})

test('texts that look alike when put together are different groups', async () => {
  const pairs = spark.createDataFrame(
    [
      ['x\u0001stringy', 'z'],
      ['x', 'y\u0001stringz'],
      ['x', 'y\u0001stringz'],
    ],
    'a STRING, b STRING',
  )
  assert.deepEqual((await pairs.groupBy('a', 'b').count().collect()).map((row) => row.count).sort(), [1, 2])
})

test('a view is what it was when a query named it', async () => {
  spark.range(3).createOrReplaceTempView('numbers')
  const before = spark.table('numbers')
  spark.range(10).createOrReplaceTempView('numbers')
  assert.equal(await before.count(), 3)
  assert.equal(await spark.table('numbers').count(), 10)
  assert.equal(spark.catalog.dropTempView('numbers'), true)
  await assert.rejects(spark.table('numbers').count(), { code: 'TABLE_OR_VIEW_NOT_FOUND' })
})

test('errors have Spark’s conditions, and the place in the text', async () => {
  await assert.rejects(people().select('nam').collect(), (error: AnalysisException) => {
    assert(error instanceof AnalysisException)
    assert.equal(error.code, 'UNRESOLVED_COLUMN.WITH_SUGGESTION')
    assert.match(error.message, /`nam` cannot be resolved. Did you mean one of the following\? \[`name`,/)
    return true
  })
  await assert.rejects(spark.sql('select 1/0').collect(), { code: 'DIVIDE_BY_ZERO', name: 'SqlRuntimeException' })
  assert.throws(
    () => spark.sql('select *\nfrom'),
    (error: ParseException) => {
      assert(error instanceof ParseException)
      assert.match(error.message, /^\[PARSE_SYNTAX_ERROR\] Syntax error at or near end of input/)
      return true
    },
  )
  assert.throws(() => spark.sql('select 1 +* 2'), /line 1 pos 12\n\n== SQL ==\nselect 1 \+\* 2\n------------\^/)
})
