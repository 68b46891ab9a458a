import { IllegalArgumentException } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { LogicalPlan } from '../analysis/logical-plan.ts'
import { SqlRuntimeException } from '../errors.ts'
import { rowsOfBatches } from '../exec/column-batch.ts'
import { parseExpression } from '../parser/parse.ts'
import type { Expression } from '../plan/expression.ts'
import type { JoinType, Relation } from '../plan/relation.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import { IntegerType, StructField, StructType } from '../types/data-type.ts'
import { Column, type ColumnLike, expressionOf, namedColumn, sortOrderOf } from './column.ts'
import { GroupedData } from './grouped-data.ts'
import { objectsOf } from './objects-of.ts'
import { type Row, rowMaker } from './row.ts'
import { showString } from './show-string.ts'
import type { SparkSession } from './spark-session.ts'

const JOINS: Readonly<Record<string, JoinType>> = {
  inner: 'inner',
  cross: 'cross',
  left: 'left',
  leftouter: 'left',
  right: 'right',
  rightouter: 'right',
  full: 'full',
  outer: 'full',
  fullouter: 'full',
  semi: 'leftSemi',
  leftsemi: 'leftSemi',
  anti: 'leftAnti',
  leftanti: 'leftAnti',
}

/**
 * Rows with named and typed columns (Spark's `DataFrame`). Transformations return at once and describe. Actions return promises and run jobs; names
 * and types that do not fit reject them with an AnalysisException, as in Spark Connect.
 */
export class DataFrame {
  readonly sparkSession: SparkSession
  /** The query, whose names get their columns when an action runs. */
  readonly #relation: Relation

  /** @internal */
  constructor(session: SparkSession, relation: Relation) {
    this.sparkSession = session
    this.#relation = relation
  }

  /** The columns with their types. @throws AnalysisException for names and types of the query that do not fit; so do the actions. */
  async schema(): Promise<StructType> {
    return schemaOf(await this.#plan())
  }
  /** The columns' names, in their order. */
  async columns(): Promise<string[]> {
    return (await this.schema()).fieldNames
  }
  /** The columns' names and types: `[['word', 'string'], ['n', 'bigint']]`. */
  async dtypes(): Promise<[name: string, type: string][]> {
    return (await this.schema()).fields.map(({ name, dataType }) => [name, dataType.simpleString])
  }
  /** A column of this DataFrame. */
  col(name: string): Column {
    return new Column(namedColumn(name))
  }

  #plan(): Promise<LogicalPlan> {
    return this.sparkSession.analyze(this.#relation)
  }

  #derive(make: (input: Relation) => Relation): DataFrame {
    return this.sparkSession.dataFrame(make(this.#relation))
  }

  /** These columns: by name, or computed. */
  select(...columns: readonly (Column | string)[]): DataFrame {
    return this.#derive((input) => ({ kind: 'project', input, expressions: columns.map(itemOf) }))
  }
  /** Columns that SQL text says: `selectExpr('word', 'n * 2 AS twice')`. */
  selectExpr(...texts: readonly string[]): DataFrame {
    return this.#derive((input) => ({ kind: 'project', input, expressions: texts.map(parseExpression) }))
  }
  /** The rows for which a condition, as a column or SQL text, is true. */
  filter(condition: Column | string): DataFrame {
    const expression = typeof condition === 'string' ? parseExpression(condition) : condition.expression
    return this.#derive((input) => ({ kind: 'filter', input, condition: expression }))
  }
  where(condition: Column | string): DataFrame {
    return this.filter(condition)
  }
  /** Groups of the rows with the same values of these columns. */
  groupBy(...columns: readonly (Column | string)[]): GroupedData {
    return new GroupedData(columns.map(itemOf), (relation) => this.#derive(relation))
  }
  /** Aggregates over all rows. */
  agg(...columns: readonly Column[]): DataFrame {
    return this.groupBy().agg(...columns)
  }
  /** Sorted by these columns; ascending, nulls first, unless a column says otherwise. */
  orderBy(...columns: readonly (Column | string)[]): DataFrame {
    return this.#derive((input) => ({ kind: 'sort', input, order: columns.map(sortOrderOf), isGlobal: true }))
  }
  sort(...columns: readonly (Column | string)[]): DataFrame {
    return this.orderBy(...columns)
  }
  sortWithinPartitions(...columns: readonly (Column | string)[]): DataFrame {
    return this.#derive((input) => ({ kind: 'sort', input, order: columns.map(sortOrderOf), isGlobal: false }))
  }
  /** The first rows, at most so many. */
  limit(n: number): DataFrame {
    return this.#derive((input) => ({ kind: 'limit', input, limit: { kind: 'literal', type: IntegerType, value: n } }))
  }
  /** The rows behind the first ones. */
  offset(n: number): DataFrame {
    return this.#derive((input) => ({
      kind: 'offset',
      input,
      offset: { kind: 'literal', type: IntegerType, value: n },
    }))
  }
  /**
   * The rows of both that fit together.
   * @param on a condition, or the names of columns that both have, which the result has once; all pairs unless given.
   * @param how `inner` unless given; `left`, `right`, `full`, `semi`, `anti`, `cross` and Spark's other names for them.
   */
  join(right: DataFrame, on?: Column | string | readonly string[], how = 'inner'): DataFrame {
    const type = JOINS[how.toLowerCase().replaceAll('_', '')]
    if (type === undefined)
      throw new IllegalArgumentException(
        'UNSUPPORTED_JOIN_TYPE',
        `Unsupported join type '${how}'. Supported join types include: ${Object.keys(JOINS).join(', ')}.`,
      )
    const condition = on instanceof Column ? on.expression : null
    const using = on === undefined || on instanceof Column ? [] : typeof on === 'string' ? [on] : on
    return this.#derive((left) => ({
      kind: 'join',
      left,
      right: right.#relation,
      type,
      condition,
      using,
      isLateral: false,
    }))
  }
  crossJoin(right: DataFrame): DataFrame {
    return this.join(right, undefined, 'cross')
  }
  /** The rows of both, columns by their places. Equal rows stay; see {@link distinct}. */
  union(other: DataFrame): DataFrame {
    return this.#combine('union', other, true)
  }
  unionAll(other: DataFrame): DataFrame {
    return this.union(other)
  }
  /** The rows of both, columns by their names. */
  unionByName(other: DataFrame): DataFrame {
    return this.#combine('union', other, true, true)
  }
  /** The rows that both have, each once. */
  intersect(other: DataFrame): DataFrame {
    return this.#combine('intersect', other, false)
  }
  /** The rows that the other one has not, each once. */
  except(other: DataFrame): DataFrame {
    return this.#combine('except', other, false)
  }
  #combine(type: 'union' | 'intersect' | 'except', other: DataFrame, isAll: boolean, isByName = false): DataFrame {
    return this.#derive((left) => ({
      kind: 'setOperation',
      left,
      right: other.#relation,
      type,
      isAll,
      isByName,
      allowsMissingColumns: false,
    }))
  }
  /** Each row once. */
  distinct(): DataFrame {
    return this.dropDuplicates()
  }
  /** One row for each combination of values of these columns; of all unless given. */
  dropDuplicates(...columns: readonly string[] | [readonly string[]]): DataFrame {
    const names = (Array.isArray(columns[0]) ? columns[0] : columns) as readonly string[]
    return this.#derive((input) => ({ kind: 'deduplicate', input, columns: names, isWithinWatermark: false }))
  }
  /** With a column more, or another one under a name that is there. */
  withColumn(name: string, value: ColumnLike): DataFrame {
    return this.withColumns({ [name]: value })
  }
  withColumns(values: Readonly<Record<string, ColumnLike>>): DataFrame {
    const columns = Object.entries(values).map(([name, value]) => ({ name, value: expressionOf(value) }))
    return this.#derive((input) => ({ kind: 'withColumns', input, columns }))
  }
  withColumnRenamed(from: string, to: string): DataFrame {
    return this.#derive((input) => ({ kind: 'withColumnsRenamed', input, renames: [{ from, to }] }))
  }
  /** Without these columns; names that are not there are left out. */
  drop(...columns: readonly (string | Column)[]): DataFrame {
    const names = columns.filter((one) => typeof one === 'string')
    const expressions = columns.flatMap((one) => (one instanceof Column ? [one.expression] : []))
    return this.#derive((input) => ({ kind: 'drop', input, columns: expressions, names }))
  }
  /** The same columns under these names. */
  toDF(...names: readonly string[]): DataFrame {
    return this.#derive((input) => ({ kind: 'toDF', input, names }))
  }
  /** Under a name, by which its columns can be told from others: `col('t.word')`. */
  alias(name: string): DataFrame {
    return this.#derive((input) => ({ kind: 'alias', input, name: [name], columns: [] }))
  }
  as(name: string): DataFrame {
    return this.alias(name)
  }
  /** In so many partitions, rows with the same values of the columns, if there are any, in the same one. */
  repartition(partitions: number, ...columns: readonly (Column | string)[]): DataFrame {
    if (columns.length === 0)
      return this.#derive((input) => ({ kind: 'repartition', input, partitions, isShuffling: true }))
    return this.#derive((input) => ({ kind: 'repartitionBy', input, expressions: columns.map(itemOf), partitions }))
  }

  /** Makes the DataFrame a table of the session's SQL, in place of one that has the name. */
  createOrReplaceTempView(name: string): void {
    this.sparkSession.setView(name, this.#relation, true)
  }
  /** @throws AnalysisException `TEMP_TABLE_OR_VIEW_ALREADY_EXISTS` */
  createTempView(name: string): void {
    this.sparkSession.setView(name, this.#relation, false)
  }

  async #values(): Promise<{ readonly schema: StructType; readonly rows: SqlValue[][] }> {
    const plan = await this.#plan()
    const batches = await ownErrors(this.sparkSession.execute(plan).collect())
    return { schema: schemaOf(plan), rows: [...rowsOfBatches(batches)] }
  }

  /** All rows, as objects. */
  async collect(): Promise<Row[]> {
    const { schema, rows } = await this.#values()
    return rows.map(rowMaker(schema))
  }
  /** The number of rows. */
  async count(): Promise<number> {
    const batches = this.sparkSession.execute(await this.#plan())
    const lengths = await ownErrors(batches.map(({ length }) => length).collect())
    return lengths.reduce((sum, length) => sum + length, 0)
  }
  /** The first rows, at most so many. */
  async take(n: number): Promise<Row[]> {
    return this.limit(n).collect()
  }
  /** The first row; null where there is none. */
  async first(): Promise<Row | null> {
    return (await this.take(1))[0] ?? null
  }
  async head(): Promise<Row | null>
  async head(n: number): Promise<Row[]>
  async head(n?: number): Promise<Row | Row[] | null> {
    return n === undefined ? this.first() : this.take(n)
  }
  /** The last rows, at most so many. */
  async tail(n: number): Promise<Row[]> {
    return (await this.collect()).slice(-n)
  }
  async isEmpty(): Promise<boolean> {
    return (await this.first()) === null
  }
  /**
   * Prints the first rows as a table, as Spark does.
   * @param numRows 20 unless given. @param truncate characters of a cell at most; true for 20, false for all. @param vertical a line for each value.
   */
  async show(numRows = 20, truncate: boolean | number = true, vertical = false): Promise<void> {
    const { schema, rows } = await this.limit(numRows + 1).#values()
    const width = truncate === true ? 20 : truncate === false ? 0 : truncate
    const { timeZone } = this.sparkSession.settings
    process.stdout.write(`${showString(schema, rows, { rows: numRows, truncate: width, vertical, timeZone })}\n`)
  }
  /** Prints the columns with their types as a tree. */
  async printSchema(level?: number): Promise<void> {
    process.stdout.write(`${(await this.schema()).treeString(level)}\n`)
  }

  /** The rows as an RDD of objects. */
  async rdd(): Promise<RDD<Row>> {
    const plan = await this.#plan()
    const schema = schemaOf(plan).json
    return this.sparkSession.execute(plan).flatMap((batch) => [...objectsOf(batch, schema)])
  }
}

/** A job that fails because of a row's value fails with that error: its condition is what a program asks for. */
async function ownErrors<T>(job: Promise<T>): Promise<T> {
  try {
    return await job
  } catch (error) {
    throw SqlRuntimeException.ofWorker((error as Error).cause) ?? error
  }
}

function schemaOf({ output }: LogicalPlan): StructType {
  return new StructType(output.map(({ name, type, nullable }) => new StructField(name, type, nullable)))
}

const itemOf = (column: Column | string): Expression =>
  typeof column === 'string' ? namedColumn(column) : column.expression
