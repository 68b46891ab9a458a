import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Relation, RelationSchema } from '../../../connect/gen/spark_connect_pb.ts'
import { ACCUMULATOR_LEAF, ROW_COLUMNS } from '../command.ts'
import type { StageRow } from '../rows/row-batch.ts'
import { rowStream } from '../rows/row-batch-writer.ts'
import type { ForwardedRows } from './spark-stage.ts'

type RelType = NonNullable<MessageInitShape<typeof RelationSchema>['relType']>
type ExpressionInit = NonNullable<Extract<RelType, { case: 'filter' }>['value']>['condition']

/** `PythonUDF.eval_type` of mapInArrow. */
const MAP_IN_ARROW = 207
/** `Join.join_type`: inner. */
const INNER = 1
/** `SetOperation.set_op_type`: union. */
const UNION = 2
/** The server does not read this: it is told the version by its own settings. */
const PYTHON_VERSION = 'js-1'

function relation(relType: RelType): Relation {
  return create(RelationSchema, { relType })
}

/** Rows inside the plan itself. */
export function localRelation(rows: readonly StageRow[]): Relation {
  return relation({ case: 'localRelation', value: { data: rowStream(rows, 'flat') } })
}

/** The relation of a SQL statement's result. */
export function sqlRelation(query: string): Relation {
  return relation({ case: 'sql', value: { query } })
}

/** The relation that a checkpoint left on the server. */
export function checkpointedRelation(relationId: string): Relation {
  return relation({ case: 'cachedRemoteRelation', value: { relationId } })
}

/** The rows with data: without those that carry accumulators. */
export function dataRows(input: Relation): Relation {
  return filterRows(input, 'leaf >= 0')
}

/** The rows with data of some partitions, where somebody else reads them. */
export function forwardedRows(input: Relation, { from, to, offset, leaf }: Omit<ForwardedRows, 'node'>): Relation {
  const condition = expression(`leaf >= 0 and target between ${from} and ${to}`)
  const wanted = relation({ case: 'filter', value: { input, condition } })
  return project(wanted, [`target + ${offset} as target`, `${leaf} as leaf`, 'target as source', 'part', 'block'])
}

/** The rows that carry accumulators. */
export function accumulatorRows(input: Relation): Relation {
  return filterRows(input, 'leaf < 0')
}

/** A relation that reads all rows and returns only those of accumulators. */
export function noRows(input: Relation): Relation {
  return filterRows(input, `leaf < ${ACCUMULATOR_LEAF}`)
}

/** Files that Spark lists and reads, with options of its readers; paths are patterns. */
export function readFiles(
  format: 'text' | 'binaryFile',
  paths: readonly string[],
  options: Readonly<Record<string, string>> = {},
): Relation {
  return relation({
    case: 'read',
    value: { readType: { case: 'dataSource', value: { format, paths: [...paths], options: { ...options } } } },
  })
}

/** Rows for which a SQL condition holds. */
export function filterRows(input: Relation, condition: string): Relation {
  return relation({ case: 'filter', value: { input, condition: expression(condition) } })
}

/** The same rows in fewer partitions, none of them moved. */
export function inFewerPartitions(input: Relation, numPartitions: number): Relation {
  return relation({ case: 'repartition', value: { input, numPartitions, shuffle: false } })
}

/** Columns by SQL expressions with their names, for instance `['leaf + 1 as leaf']`. */
export function project(input: Relation, expressions: readonly string[]): Relation {
  return relation({ case: 'project', value: { input, expressions: expressions.map(expression) } })
}

/** Rows of `left` with those of `small` that agree in `columns`; `small` is sent to wherever `left` is, which keeps its order. */
export function joinSmall(left: Relation, small: Relation, columns: readonly string[]): Relation {
  const right = relation({ case: 'hint', value: { input: small, name: 'broadcast' } })
  return relation({ case: 'join', value: { left, right, joinType: INNER, usingColumns: [...columns] } })
}

/** The rows of all inputs; at least one. */
export function unionAll(inputs: readonly Relation[]): Relation {
  return inputs.reduce((leftInput, rightInput) =>
    relation({ case: 'setOp', value: { leftInput, rightInput, setOpType: UNION, isAll: true } }),
  )
}

/** Brings rows of target t to partition t. */
export function exchangeByTarget(input: Relation, numPartitions: number): Relation {
  return relation({
    case: 'repartitionByExpression',
    value: {
      input,
      partitionExprs: [{ exprType: { case: 'directShufflePartitionId', value: { child: attribute('target') } } }],
      numPartitions,
    },
  })
}

/** Runs a command on the executors over the partitions of `input`. @param columns all that `input` has. */
export function mapPartitions(
  input: Relation,
  functionName: string,
  command: Uint8Array,
  columns: readonly string[] = ROW_COLUMNS,
): Relation {
  const fields = ROW_COLUMNS.map((name) => ({
    name,
    dataType: { kind: { case: name === 'block' ? ('binary' as const) : ('integer' as const), value: {} } },
    nullable: false,
  }))
  return relation({
    case: 'mapPartitions',
    value: {
      input,
      func: {
        functionName,
        // Spark must neither run it twice nor move it.
        deterministic: true,
        // Every column by name: the optimizer drops those that are not named.
        arguments: columns.map(attribute),
        function: {
          case: 'pythonUdf',
          value: {
            outputType: { kind: { case: 'struct', value: { fields } } },
            evalType: MAP_IN_ARROW,
            command,
            pythonVer: PYTHON_VERSION,
          },
        },
      },
    },
  })
}

function attribute(unparsedIdentifier: string): NonNullable<ExpressionInit> {
  return { exprType: { case: 'unresolvedAttribute', value: { unparsedIdentifier } } }
}

function expression(text: string): NonNullable<ExpressionInit> {
  return { exprType: { case: 'expressionString', value: { expression: text } } }
}
