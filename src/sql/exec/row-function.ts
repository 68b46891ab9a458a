import type { Attribute } from '../analysis/logical-plan.ts'
import type { Emitted, SqlSettings } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import { nullableCode, StageWriter } from './stage-writer.ts'

/** Generated code that travels to workers: its text, and the values that it names. */
export interface StageCode {
  readonly text: string
  readonly constants: readonly unknown[]
}

/** One step of a pipeline over rows: columns computed, or rows kept. */
export type PipelineStep =
  | {
      readonly kind: 'project'
      readonly columns: readonly { readonly id: number; readonly expression: TypedExpression }[]
    }
  | { readonly kind: 'filter'; readonly condition: TypedExpression }

/**
 * The code of a loop over a batch: `(rt, k) => (columns, length, out) => void`, where `out` takes each row's values as arguments.
 * @param input the columns of the batch, in their order. @param output the ids of the columns that rows are given with.
 */
export function pipelineCode(
  settings: SqlSettings,
  input: readonly Attribute[],
  steps: readonly PipelineStep[],
  output: readonly number[],
): StageCode {
  const names = new Map<number, Emitted>()
  const used = new Set<number>()
  const places = new Map(input.map(({ id }, index) => [id, index]))
  const writer: StageWriter = new StageWriter(settings, (id) => {
    const known = names.get(id)
    if (known !== undefined) return known
    const place = places.get(id)
    if (place === undefined) throw new Error(`column ${id} is not there`)
    used.add(place)
    const column = { value: `x${place}`, isNull: input[place]!.nullable ? `z${place}` : 'false' }
    names.set(id, column)
    return column
  })
  for (const step of steps) {
    if (step.kind === 'filter') {
      const { value, isNull } = writer.emit(step.condition)
      writer.write(isNull === 'false' ? `if (!${value}) continue` : `if (${isNull} || !${value}) continue`)
      continue
    }
    // All columns are computed of the columns before the step.
    const made = step.columns.map(({ id, expression }) => [id, writer.emit(expression)] as const)
    for (const [id, emitted] of made) names.set(id, emitted)
  }
  const values = output.map((id) => nullableCode(writer.emit({ kind: 'column', id } as TypedExpression)))
  const body = writer.takeLines()
  const reads = [...used].sort((a, b) => a - b)
  const heads = reads.map((place) => `const c${place} = columns[${place}].values, d${place} = columns[${place}].nulls`)
  const loads = reads.map(
    (place) => `const x${place} = c${place}[i], z${place} = d${place} !== null && d${place}[i] === 1`,
  )
  const text = [
    ...writer.prelude,
    'return (columns, length, out) => {',
    ...heads,
    'for (let i = 0; i < length; i++) {',
    ...loads,
    ...body,
    `out(${values.join(', ')})`,
    '}',
    '}',
  ].join('\n')
  return { text, constants: writer.constants }
}
