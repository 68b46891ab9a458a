import { IllegalArgumentException } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { commonType } from '../analysis/coercion.ts'
import type { LogicalPlan } from '../analysis/logical-plan.ts'
import { attribute } from '../analysis/plan-parts.ts'
import { inferType } from '../dataframe/row.ts'
import { valuesOfRecords } from '../dataframe/values-of-records.ts'
import type { RddRelation, Relation } from '../plan/relation.ts'
import { NullType, StringType, StructField, StructType } from '../types/data-type.ts'

/** So many records are looked at to find out an RDD's schema. */
const SAMPLE_RECORDS = 100

/** The schemas of RDDs that are read as tables. One that is not given is found out from the first records, once. */
export class RddSchemas {
  readonly #known = new WeakMap<RddRelation, Promise<StructType>>()

  /** The plans of the RDDs that a query reads. @throws IllegalArgumentException for records whose types do not fit together. */
  async of(relation: Relation): Promise<ReadonlyMap<RddRelation, LogicalPlan>> {
    const plans = new Map<RddRelation, LogicalPlan>()
    for (const one of rddsIn(relation)) plans.set(one, planOf(one, await this.#schema(one)))
    return plans
  }

  #schema(relation: RddRelation): Promise<StructType> {
    let schema = this.#known.get(relation)
    if (schema === undefined) {
      schema = inferSchema(relation)
      this.#known.set(relation, schema)
    }
    return schema
  }
}

function planOf({ rdd }: RddRelation, schema: StructType): LogicalPlan {
  const json = schema.json
  const rows = (rdd as RDD<unknown>).mapPartitions((records: Iterable<unknown>) => valuesOfRecords(records, json))
  const output = schema.fields.map(({ name, dataType, nullable }) => attribute(name, dataType, nullable))
  return { kind: 'rddRows', rdd: rows, output }
}

async function inferSchema({ rdd, schema, names }: RddRelation): Promise<StructType> {
  if (schema !== null) return schema
  const sample = await (rdd as RDD<unknown>).take(SAMPLE_RECORDS)
  if (sample.length === 0) return new StructType(names.map((name) => new StructField(name, StringType)))
  const type = commonType(sample.map(recordType))
  if (!(type instanceof StructType)) throw mixed()
  if (names.length > 0 && names.length !== type.fields.length) {
    throw new IllegalArgumentException(
      'ILLEGAL_ARGUMENT',
      `The number of columns doesn't match. Old column names (${type.fields.length}): ${type.fieldNames.join(', ')}. New column names (${names.length}): ${names.join(', ')}`,
    )
  }
  const fields = type.fields.map(
    ({ name, dataType }, index) => new StructField(names[index] ?? name, dataType === NullType ? StringType : dataType),
  )
  return new StructType(fields)
}

/** A record's columns: an array's elements, an object's properties, or the record itself as `value`. */
function recordType(record: unknown): StructType {
  if (Array.isArray(record)) {
    return new StructType(record.map((one, index) => new StructField(`_${index + 1}`, inferType(one))))
  }
  const type = inferType(record)
  return type instanceof StructType ? type : new StructType([new StructField('value', type)])
}

function mixed(): IllegalArgumentException {
  return new IllegalArgumentException(
    'CANNOT_MERGE_TYPE',
    'the records have values of types that do not fit together: give a schema, for instance createDataFrame(rows, "word STRING, n INT")',
  )
}

function rddsIn(relation: Relation): RddRelation[] {
  if (relation.kind === 'rdd') return [relation]
  const parts: Relation[] = []
  if (relation.kind === 'with') for (const { query } of relation.ctes) parts.push(query)
  if (relation.kind === 'scoped') for (const view of relation.views.values()) parts.push(view)
  if ('input' in relation) parts.push(relation.input)
  if ('left' in relation) parts.push(relation.left, relation.right)
  return parts.flatMap(rddsIn)
}
