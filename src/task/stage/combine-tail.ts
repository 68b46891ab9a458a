import type { CombineTable } from '../aggregation/combine-table.ts'
import type { Aggregator } from '../aggregator.ts'
import { isNoPairCode } from '../pair.ts'
import { refusePendingCode, settled } from '../settled.ts'
import type { LoopTail } from './fused-loop.ts'

/**
 * The end of a loop that combines pairs by key in place: keys that are strings or numbers are looked up in line, the merge function
 * is called from this loop only. `group` appends to lists.
 */
export function combineTail(aggregator: Aggregator, table: CombineTable): LoopTail {
  const { first, next, grows } = mergeCode(aggregator)
  const isUsers = aggregator.kind !== 'group'
  const checkValue = isUsers ? refusePendingCode('value', 'an earlier operation') : ''
  const checkMerged = isUsers ? refusePendingCode('merged', 'an operation that merges values') : ''
  const update = `const merged = ${next('values[at]', 'value')}\n${checkMerged}values[at] = merged${grows ? '; table.changed()' : ''}`
  return {
    code: (
      record,
      isPair,
    ) => `${isPair ? '' : `if (${isNoPairCode(record)}) throw notAPair(${record})\n`}const key = ${record}[0]
if (typeof key === 'string') {
  const value = ${record}[1]
  ${checkValue}  const at = strings.get(key)
  if (at === -1) table.insertString(key, ${first('value')})
  else { ${update} }
} else if (typeof key === 'number') {
  const value = ${record}[1]
  ${checkValue}  const at = numbers.get(key)
  if (at === undefined) table.insertNumber(key, ${first('value')})
  else { ${update} }
} else table.addOther(${record})`,
    bindings: {
      table,
      strings: table.strings,
      numbers: table.numbers,
      values: table.values,
      ...functionsOf(aggregator),
    },
  }
}

interface MergeCode {
  readonly first: (value: string) => string
  readonly next: (combiner: string, value: string) => string
  /** Whether a combiner may grow with each value, so that memory must be looked at on updates too. */
  readonly grows: boolean
}

function mergeCode(aggregator: Aggregator): MergeCode {
  switch (aggregator.kind) {
    case 'reduce':
      return { first: (value) => value, next: (combiner, value) => `merge(${combiner}, ${value})`, grows: false }
    case 'combine':
      return {
        first: (value) => `settled(create(${value}), 'an operation that merges values')`,
        next: (combiner, value) => `mergeValue(${combiner}, ${value})`,
        grows: true,
      }
    case 'group':
      return {
        first: (value) => `[${value}]`,
        next: (combiner, value) => `(${combiner}.push(${value}), ${combiner})`,
        grows: true,
      }
  }
}

function functionsOf(aggregator: Aggregator): Record<string, unknown> {
  switch (aggregator.kind) {
    case 'reduce':
      return { merge: aggregator.merge }
    case 'combine':
      return { create: aggregator.createCombiner, mergeValue: aggregator.mergeValue, settled }
    case 'group':
      return {}
  }
}
