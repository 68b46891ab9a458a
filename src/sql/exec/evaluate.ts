import type { SqlSettings } from '../plan/scalar-spec.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import { compilePipeline } from './compile-pipeline.ts'
import { pipelineCode } from './row-function.ts'

/** The value of an expression without columns. @throws SqlRuntimeException what its functions throw. */
export function evaluate(expression: TypedExpression, settings: SqlSettings): SqlValue {
  const pipeline = compilePipeline(
    pipelineCode(settings, [], [{ kind: 'project', columns: [{ id: 0, expression }] }], [0]),
  )
  let result: SqlValue = null
  pipeline([], 1, ((value: SqlValue) => {
    result = value
  }) as (...values: never[]) => void)
  return result
}
