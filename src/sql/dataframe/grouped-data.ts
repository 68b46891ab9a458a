import { call, type Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import { IntegerType } from '../types/data-type.ts'
import { Column, namedColumn } from './column.ts'
import type { DataFrame } from './dataframe.ts'

/** Groups of a DataFrame's rows (Spark's `RelationalGroupedDataset`). */
export class GroupedData {
  readonly #groupBy: readonly Expression[]
  readonly #derive: (make: (input: Relation) => Relation) => DataFrame

  /** @internal */
  constructor(groupBy: readonly Expression[], derive: (make: (input: Relation) => Relation) => DataFrame) {
    this.#groupBy = groupBy
    this.#derive = derive
  }

  /** One row for each group: the grouping columns and these aggregates. Aggregates also as an object: `agg({ salary: 'max' })`. */
  agg(...columns: readonly (Column | Readonly<Record<string, string>>)[]): DataFrame {
    return this.#aggregate(
      columns.flatMap((one): Expression[] => (one instanceof Column ? [one.expression] : aggregatesOf(one))),
    )
  }
  #aggregate(aggregates: readonly Expression[]): DataFrame {
    const grouping = { kind: 'groupBy' as const }
    const groupBy = this.#groupBy
    return this.#derive((input) => ({
      kind: 'aggregate',
      input,
      grouping,
      groupBy,
      aggregates,
      hasGroupingColumns: true,
    }))
  }
  /** The number of rows of each group, as a column `count`. */
  count(): DataFrame {
    const one: Expression = { kind: 'literal', type: IntegerType, value: 1 }
    return this.agg(new Column({ kind: 'alias', child: call('count', [one]), names: ['count'] }))
  }
  sum(...columns: readonly string[]): DataFrame {
    return this.#each('sum', columns)
  }
  avg(...columns: readonly string[]): DataFrame {
    return this.#each('avg', columns)
  }
  mean(...columns: readonly string[]): DataFrame {
    return this.#each('avg', columns)
  }
  min(...columns: readonly string[]): DataFrame {
    return this.#each('min', columns)
  }
  max(...columns: readonly string[]): DataFrame {
    return this.#each('max', columns)
  }
  #each(name: string, columns: readonly string[]): DataFrame {
    return this.#aggregate(columns.map((column) => call(name, [namedColumn(column)])))
  }
}

function aggregatesOf(byColumn: Readonly<Record<string, string>>): Expression[] {
  return Object.entries(byColumn).map(([name, f]) => call(f, [namedColumn(name)]))
}
