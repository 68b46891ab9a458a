import { create } from '@bufbuild/protobuf'
import { type Plan, PlanSchema, type Relation } from './gen/spark_connect_pb.ts'

/** The plan that computes a relation. */
export function planOf(root: Relation): Plan {
  return create(PlanSchema, { opType: { case: 'root', value: root } })
}
