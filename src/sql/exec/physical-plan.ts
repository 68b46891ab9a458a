import type { SparkContext } from '../../context/spark-context.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type {
  AggregatePlan,
  Attribute,
  JoinPlan,
  LogicalPlan,
  RepartitionPlan,
  SortPlan,
} from '../analysis/logical-plan.ts'
import { reference } from '../analysis/plan-parts.ts'
import { castTo } from '../functions/signature.ts'
import type { SqlSettings } from '../plan/scalar-spec.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import { contains, type TypedExpression } from '../plan/typed-expression.ts'
import { BooleanType, type DataType } from '../types/data-type.ts'
import { batchRows } from './batch-rows.ts'
import { batchesOf, type ColumnBatch } from './column-batch.ts'
import { type JoinProgram, joinRows } from './join-rows.ts'
import { rangeBatches } from './range-batches.ts'
import { type PipelineStep, pipelineCode } from './row-function.ts'
import {
  type AggregateProgram,
  aggregateFinally,
  aggregatePartially,
  limitRows,
  type PartialGroup,
  routeRows,
  runPipeline,
  type SortProgram,
  sortRows,
  type TypesJson,
} from './stages.ts'

/** Batches of a plan's rows, with the pipeline that is not yet part of a stage. */
interface Fragment {
  readonly rdd: RDD<ColumnBatch>
  /** The columns of the batches, before the steps. */
  readonly input: readonly Attribute[]
  readonly steps: readonly PipelineStep[]
}

const typesOf = (attributes: readonly Attribute[]): TypesJson => attributes.map(({ type }) => type.json)
let lastKey = 0
/** An id for a column that only the engine sees. */
const hiddenId = (): number => --lastKey

/** Makes RDDs of batches of a query: chains of projections and filters become one generated loop, which the next operator that needs a partition's rows runs. */
export class PhysicalPlanner {
  readonly #context: SparkContext
  readonly #settings: SqlSettings
  /** `spark.sql.shuffle.partitions`. */
  readonly #partitions: number

  constructor(context: SparkContext, settings: SqlSettings, partitions: number) {
    this.#context = context
    this.#settings = settings
    this.#partitions = partitions
  }

  /** The rows of a plan, in batches of its output's columns. */
  execute(plan: LogicalPlan): RDD<ColumnBatch> {
    return this.#run(this.#fragment(plan), plan.output.map(reference))
  }

  #fragment(plan: LogicalPlan): Fragment {
    switch (plan.kind) {
      case 'project': {
        const below = this.#fragment(plan.input)
        return { ...below, steps: [...below.steps, { kind: 'project', columns: plan.columns }] }
      }
      case 'filter': {
        const below = this.#fragment(plan.input)
        return { ...below, steps: [...below.steps, { kind: 'filter', condition: plan.condition }] }
      }
      default:
        return { rdd: this.#batches(plan), input: plan.output, steps: [] }
    }
  }

  /** Runs the fragment's steps, and gives these expressions as columns. */
  #run({ rdd, input, steps }: Fragment, columns: readonly TypedExpression[]): RDD<ColumnBatch> {
    const isSame =
      steps.length === 0 &&
      columns.length === input.length &&
      columns.every((one, index) => one.kind === 'column' && one.id === input[index]!.id)
    if (isSame) return rdd
    const made = columns.map((expression) => ({
      id: expression.kind === 'column' ? expression.id : hiddenId(),
      expression,
    }))
    const extra = made.filter(({ expression }) => expression.kind !== 'column')
    const all: PipelineStep[] = extra.length === 0 ? [...steps] : [...steps, { kind: 'project', columns: extra }]
    const code = pipelineCode(
      this.#settings,
      input,
      all,
      made.map(({ id }) => id),
    )
    const types = columns.map(({ type }) => type.json)
    return rdd.mapPartitions((batches: Iterable<ColumnBatch>) => runPipeline(code, types, batches))
  }

  #batches(plan: LogicalPlan): RDD<ColumnBatch> {
    switch (plan.kind) {
      case 'localRows':
        return this.#context.parallelize(
          [...localBatches(plan.rows, plan.output)],
          Math.max(1, Math.min(this.#context.defaultParallelism, plan.rows.length)),
        )
      case 'rddRows': {
        const types = typesOf(plan.output)
        return plan.rdd.mapPartitions((rows: Iterable<readonly SqlValue[]>) => batchRows(rows, types))
      }
      case 'range': {
        const { start, end, step } = plan
        const partitions = plan.partitions ?? this.#context.defaultParallelism
        const indexes = Array.from({ length: partitions }, (_, index) => index)
        return this.#context
          .parallelize(indexes, partitions)
          .mapPartitions((all: Iterable<number>) => rangeBatches(start, end, step, partitions, all))
      }
      case 'aggregate':
        return this.#aggregate(plan)
      case 'join':
        return this.#join(plan)
      case 'sort':
        return this.#sort(plan)
      case 'limit': {
        const types = typesOf(plan.output)
        const { limit, offset } = plan
        const all = this.#run(this.#fragment(plan.input), plan.input.output.map(reference))
        const most = limit === null ? null : limit + offset
        const head = all
          .mapPartitions((batches: Iterable<ColumnBatch>) => limitRows(most, 0, types, batches))
          .coalesce(1)
        return head.mapPartitions((batches: Iterable<ColumnBatch>) => limitRows(limit, offset, types, batches))
      }
      case 'union':
        return this.#context.union(
          plan.inputs.map((input) => this.#run(this.#fragment(input), input.output.map(reference))),
        )
      case 'repartition':
        return this.#repartition(plan)
      case 'project':
      case 'filter':
        return this.execute(plan)
    }
  }

  #aggregate(plan: AggregatePlan): RDD<ColumnBatch> {
    const { keys, aggregates } = plan
    const columns: TypedExpression[] = keys.map(({ expression }) => expression)
    for (const { call } of aggregates) {
      for (const arg of call.args) columns.push(arg)
      if (call.filter !== null) columns.push(castTo(call.filter, BooleanType))
    }
    const program: AggregateProgram = {
      settings: this.#settings,
      keyTypes: keys.map(({ expression }) => expression.type.json),
      calls: aggregates.map(({ call }) => ({
        maker: call.spec.maker,
        options: call.spec.options ?? {},
        argTypes: call.args.map(({ type }) => type.json),
        resultType: call.type.json,
        isDistinct: call.isDistinct,
        hasFilter: call.filter !== null,
      })),
      partitions: keys.length === 0 ? 1 : this.#partitions,
    }
    const types = typesOf(plan.output)
    const rows = this.#run(this.#fragment(plan.input), columns)
    const parts: RDD<PartialGroup> = rows.mapPartitions((batches: Iterable<ColumnBatch>) =>
      aggregatePartially(program, batches),
    )
    const placed = this.#placed(parts, program.partitions)
    return placed.mapPartitionsWithIndex((index: number, all: Iterable<PartialGroup>) =>
      aggregateFinally(program, types, index === 0, all),
    )
  }

  /** Pairs in the partitions that they name. */
  #placed<T>(pairs: RDD<[number, T]>, partitions: number): RDD<[number, T]> {
    return pairs.partitionBy(partitions, (target: number) => target)
  }

  #join(plan: JoinPlan): RDD<ColumnBatch> {
    const { left, right, type } = plan
    const { keys, rest } = equalities(plan)
    const both = [...left.output, ...right.output]
    const condition =
      rest === null
        ? null
        : pipelineCode(this.#settings, both, [{ kind: 'project', columns: [{ id: 0, expression: rest }] }], [0])
    const program: JoinProgram = {
      type,
      leftTypes: typesOf(left.output),
      rightTypes: typesOf(right.output),
      keys: keys.map(({ left: key, isNullSafe }) => ({ type: key.type.json, isNullSafe })),
      condition,
    }
    const partitions = keys.length === 0 ? 1 : this.#partitions
    const a = this.#routed(
      left,
      keys.map((key) => key.left),
      partitions,
    )
    const b = this.#routed(
      right,
      keys.map((key) => key.right),
      partitions,
    )
    const types = typesOf(plan.output)
    return a.zipPartitions(b, (x: Iterable<ColumnBatch>, y: Iterable<ColumnBatch>) => joinRows(program, types, x, y))
  }

  /** The plan's rows and keys, placed by the keys. */
  #routed(plan: LogicalPlan, keys: readonly TypedExpression[], partitions: number): RDD<ColumnBatch> {
    const rows = this.#run(this.#fragment(plan), [...plan.output.map(reference), ...keys])
    if (partitions === 1) return rows.coalesce(1)
    const types = typesOf(plan.output)
    const keyTypes = keys.map(({ type }) => type.json)
    const routed = rows.mapPartitions((batches: Iterable<ColumnBatch>) =>
      routeRows(types, keyTypes, partitions, batches),
    )
    return this.#placed(routed as RDD<[number, ColumnBatch]>, partitions).map(([, batch]) => batch)
  }

  #sort({ input, order, isGlobal, output }: SortPlan): RDD<ColumnBatch> {
    const keys = order.map(({ expression }) => expression)
    const rows = this.#run(this.#fragment(input), [...input.output.map(reference), ...keys])
    const program: SortProgram = {
      types: typesOf(output),
      keys: order.map(({ expression, isDescending, isNullsFirst }) => ({
        type: expression.type.json,
        isDescending,
        isNullsFirst,
      })),
    }
    const all = isGlobal ? rows.coalesce(1) : rows
    return all.mapPartitions((batches: Iterable<ColumnBatch>) => sortRows(program, batches))
  }

  #repartition({ input, partitions, keys }: RepartitionPlan): RDD<ColumnBatch> {
    const rows = this.#run(this.#fragment(input), input.output.map(reference))
    if (keys.length === 0) return rows.repartition(partitions ?? this.#partitions)
    const routed = this.#routed(input, keys, partitions ?? this.#partitions)
    const width = input.output.length
    return routed.map(({ length, columns }): ColumnBatch => ({ length, columns: columns.slice(0, width) }))
  }
}

interface Equality {
  readonly left: TypedExpression
  readonly right: TypedExpression
  readonly isNullSafe: boolean
}

/** The parts of a join's condition that say that an expression of one side equals one of the other; `rest` is what else it says. */
function equalities({ left, right, condition }: JoinPlan): {
  readonly keys: readonly Equality[]
  readonly rest: TypedExpression | null
} {
  const isOf = (plan: LogicalPlan) => {
    const ids = new Set(plan.output.map(({ id }) => id))
    return (expression: TypedExpression) => !contains(expression, (one) => one.kind === 'column' && !ids.has(one.id))
  }
  const isLeft = isOf(left)
  const isRight = isOf(right)
  const keys: Equality[] = []
  const rest: TypedExpression[] = []
  for (const part of condition === null ? [] : conjuncts(condition)) {
    const isEquality = part.kind === 'call' && (part.spec.name === '=' || part.spec.name === '<=>')
    const [a, b] = part.kind === 'call' ? part.args : []
    if (isEquality && isLeft(a!) && isRight(b!))
      keys.push({ left: a!, right: b!, isNullSafe: part.spec.name === '<=>' })
    else if (isEquality && isLeft(b!) && isRight(a!))
      keys.push({ left: b!, right: a!, isNullSafe: part.spec.name === '<=>' })
    else rest.push(part)
  }
  const [first, ...others] = rest
  if (first === undefined) return { keys, rest: null }
  const and = (x: TypedExpression, y: TypedExpression): TypedExpression => ({
    ...(condition as TypedExpression & { kind: 'call' }),
    args: [x, y],
  })
  return { keys, rest: others.length === 0 ? first : others.reduce(and, first) }
}

function conjuncts(expression: TypedExpression): readonly TypedExpression[] {
  if (expression.kind !== 'call' || expression.spec.name !== 'and') return [expression]
  return expression.args.flatMap(conjuncts)
}

function* localBatches(rows: readonly (readonly SqlValue[])[], output: readonly Attribute[]): Generator<ColumnBatch> {
  const types: readonly DataType[] = output.map(({ type }) => type)
  if (types.length === 0) {
    if (rows.length > 0) yield { length: rows.length, columns: [] }
    return
  }
  yield* batchesOf(rows, types)
}
