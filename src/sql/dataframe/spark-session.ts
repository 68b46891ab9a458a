import { SparkContext } from '../../context/spark-context.ts'
import { IllegalArgumentException } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { APP_NAME, MASTER } from '../../settings/application.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { Analyzer } from '../analysis/analyzer.ts'
import { commonType } from '../analysis/coercion.ts'
import type { LogicalPlan } from '../analysis/logical-plan.ts'
import { AnalysisException } from '../errors.ts'
import type { ColumnBatch } from '../exec/column-batch.ts'
import { evaluate } from '../exec/evaluate.ts'
import { PhysicalPlanner } from '../exec/physical-plan.ts'
import { parseColumns, parseQuery } from '../parser/parse.ts'
import type { RddRelation, Relation } from '../plan/relation.ts'
import type { SqlSettings } from '../plan/scalar-spec.ts'
import { RddSchemas } from '../session/rdd-schemas.ts'
import { RuntimeConfig } from '../session/sql-config.ts'
import { type DataType, NullType, StringType, StructField, StructType } from '../types/data-type.ts'
import { quoteName } from '../types/identifiers.ts'
import { DataFrame } from './dataframe.ts'
import { inferType, inward, type Row } from './row.ts'

/** Puts a session together; `SparkSession.builder().master('local[2]').appName('app').getOrCreate()`. */
export class SparkSessionBuilder {
  readonly #conf = new SparkConf()

  /** Where the work is done: `local[2]`. */
  master(master: string): this {
    this.#conf.setMaster(master)
    return this
  }
  /** The application's name. */
  appName(name: string): this {
    this.#conf.setAppName(name)
    return this
  }
  /** Settings, by key and value or all of a SparkConf. */
  config(key: string, value: string | number | boolean): this
  config(conf: SparkConf | Readonly<Record<string, string | number | boolean>>): this
  config(
    first: string | SparkConf | Readonly<Record<string, string | number | boolean>>,
    value?: string | number | boolean,
  ): this {
    if (typeof first === 'string') this.#conf.set(first, String(value))
    else
      for (const [key, one] of first instanceof SparkConf ? first.getAll() : Object.entries(first))
        this.#conf.set(key, String(one))
    return this
  }
  /** The session of the SparkContext that runs, or one with a new context. The settings given here are set in it. */
  getOrCreate(): SparkSession {
    const session = SparkSession.of(SparkContext.getOrCreate(withDefaults(this.#conf)))
    for (const [key, value] of this.#conf.getAll()) if (key.startsWith('spark.sql.')) session.conf.set(key, value)
    return session
  }
}

function withDefaults(conf: SparkConf): SparkConf {
  return conf.setIfMissing(MASTER.key, 'local[*]').setIfMissing(APP_NAME.key, 'Spark SQL')
}

interface Builder extends SparkSessionBuilder {
  (): SparkSessionBuilder
}

/**
 * The way into DataFrames and SQL (Spark's `SparkSession`). Queries run as jobs of the session's SparkContext, on its workers.
 */
export class SparkSession {
  static readonly #sessions = new WeakMap<SparkContext, SparkSession>()

  /** A new builder: called or not, as in PySpark and in Scala. */
  static get builder(): Builder {
    const builder = new SparkSessionBuilder()
    const callable = () => builder
    return new Proxy(callable, {
      get: (_, key) => {
        const value = Reflect.get(builder, key) as unknown
        return typeof value === 'function' ? value.bind(builder) : value
      },
    }) as unknown as Builder
  }

  /** The session of a context: one for each. @internal */
  static of(context: SparkContext): SparkSession {
    let session = SparkSession.#sessions.get(context)
    if (session === undefined) {
      session = new SparkSession(context)
      SparkSession.#sessions.set(context, session)
    }
    return session
  }

  /** The context whose workers run the queries. */
  readonly sparkContext: SparkContext
  /** The session's settings. */
  readonly conf: RuntimeConfig
  #views: ReadonlyMap<string, Relation> = new Map()
  readonly #rddSchemas = new RddSchemas()

  private constructor(context: SparkContext) {
    if (context.master.startsWith('sc://')) {
      throw new IllegalArgumentException(
        'SQL_ENGINE_UNSUPPORTED',
        `DataFrames and SQL run on local[N] so far, not on ${context.master}: use spark.sql of a Spark client there`,
      )
    }
    this.sparkContext = context
    const conf = context.getConf()
    this.conf = new RuntimeConfig((key) => conf.getOption(key) ?? undefined)
  }

  /** The version of Spark whose SQL this is. */
  get version(): string {
    return this.sparkContext.version
  }

  /**
   * The rows of a query.
   * @throws ParseException for text that is no query. @throws AnalysisException for names and types that do not fit.
   */
  sql(text: string): DataFrame {
    return this.#scoped(parseQuery(text))
  }

  /** Numbers from 0 or `start` to below `end`, as a column `id`. */
  range(end: number | bigint): DataFrame
  range(start: number | bigint, end: number | bigint, step?: number | bigint, numPartitions?: number): DataFrame
  range(first: number | bigint, end?: number | bigint, step: number | bigint = 1, numPartitions?: number): DataFrame {
    const [from, to] = end === undefined ? [0n, BigInt(first)] : [BigInt(first), BigInt(end)]
    return this.dataFrame({
      kind: 'range',
      start: from,
      end: to,
      step: BigInt(step),
      partitions: numPartitions ?? null,
    })
  }

  /** The rows of a table or view. @throws AnalysisException `TABLE_OR_VIEW_NOT_FOUND` */
  table(name: string): DataFrame {
    return this.#scoped({ kind: 'table', name: name.split('.'), options: {} })
  }

  /**
   * Rows of the program as a DataFrame: objects, or arrays in the order of the schema.
   * @param schema a StructType, DDL (`'word STRING, n INT'`) or the columns' names; found out from the rows unless given.
   */
  createDataFrame(
    rows: readonly Readonly<Row>[] | readonly (readonly unknown[])[],
    schema?: StructType | string | readonly string[],
  ): DataFrame {
    const type = schemaOf(rows, schema)
    const converts = type.fields.map(({ name, dataType }) => [name, inward(dataType)] as const)
    const values = rows.map((row) =>
      converts.map(([name, convert], index) => convert(Array.isArray(row) ? row[index] : (row as Row)[name])),
    )
    return this.dataFrame({ kind: 'local', schema: type, rows: values })
  }

  /** A query that sees the views that there are now, whatever becomes of them. */
  #scoped(input: Relation): DataFrame {
    return new DataFrame(this, { kind: 'scoped', input, views: this.#views })
  }

  /** Stops the SparkContext. */
  async stop(): Promise<void> {
    await this.sparkContext.stop()
  }

  /** @internal */
  dataFrame(relation: Relation): DataFrame {
    return new DataFrame(this, relation)
  }
  /** Gives a query's names their columns. @throws AnalysisException @internal */
  async analyze(relation: Relation): Promise<LogicalPlan> {
    const { settings } = this
    const rdds = await this.#rddSchemas.of(relation)
    const rdd = (one: RddRelation) => rdds.get(one)!
    return new Analyzer({ settings, rdd, evaluate: (expression) => evaluate(expression, settings) }).analyze(relation)
  }
  /** @internal */
  execute(plan: LogicalPlan): RDD<ColumnBatch> {
    const partitions = this.conf.shufflePartitions ?? this.sparkContext.defaultParallelism
    return new PhysicalPlanner(this.sparkContext, this.settings, partitions).execute(plan)
  }
  /** @internal */
  get settings(): SqlSettings {
    return this.conf.sqlSettings
  }
  /** @internal */
  setView(name: string, relation: Relation, isReplacing: boolean): void {
    const key = name.toLowerCase()
    if (!isReplacing && this.#views.has(key)) {
      throw new AnalysisException(
        'TEMP_TABLE_OR_VIEW_ALREADY_EXISTS',
        `Cannot create the temporary view ${quoteName([name])} because it already exists. Choose a different name, drop or replace the existing view, or add the IF NOT EXISTS clause to tolerate pre-existing views.`,
        { sqlState: '42P07', parameters: { relationName: quoteName([name]) } },
      )
    }
    // A new map: queries that were made before keep the views that they saw.
    this.#views = new Map([...this.#views, [key, relation]])
  }
  /** @internal @returns whether there was one. */
  dropView(name: string): boolean {
    const views = new Map(this.#views)
    const wasThere = views.delete(name.toLowerCase())
    this.#views = views
    return wasThere
  }

  /** What is there: temporary views. */
  readonly catalog = {
    /** @returns whether there was one. */
    dropTempView: (name: string): boolean => this.dropView(name),
    tableExists: (name: string): boolean => this.#views.has(name.toLowerCase()),
    listTables: (): { readonly name: string; readonly isTemporary: boolean }[] =>
      [...this.#views.keys()].sort().map((name) => ({ name, isTemporary: true })),
  }
}

function schemaOf(rows: readonly unknown[], schema: StructType | string | readonly string[] | undefined): StructType {
  if (schema instanceof StructType) return schema
  if (typeof schema === 'string') return parseColumns(schema)
  const names = schema ?? [
    ...new Set(
      rows.flatMap((row) => (Array.isArray(row) ? row.map((_, index) => `_${index + 1}`) : Object.keys(row as object))),
    ),
  ]
  const fields = names.map((name, index) => new StructField(name, typeOfColumn(rows, name, index)))
  if (fields.length > 0) return new StructType(fields)
  throw new IllegalArgumentException(
    'CANNOT_INFER_EMPTY_SCHEMA',
    'can not infer schema from empty dataset: give one, for instance createDataFrame([], "word STRING, n INT")',
  )
}

function typeOfColumn(rows: readonly unknown[], name: string, index: number): DataType {
  const types = rows.map((row) => inferType(Array.isArray(row) ? row[index] : (row as Row)[name]))
  const type = commonType(types)
  if (type === null)
    throw new IllegalArgumentException(
      'CANNOT_MERGE_TYPE',
      `the column ${name} has values of types that do not fit together: ${[...new Set(types.map(String))].join(', ')}`,
    )
  return type === NullType ? StringType : type
}
