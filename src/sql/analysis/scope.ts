import { AnalysisException } from '../errors.ts'
import type { UnresolvedAttribute } from '../plan/expression.ts'
import type { Origin } from '../plan/origin.ts'
import { StructType } from '../types/data-type.ts'
import { quoteIdentifier, quoteName } from '../types/identifiers.ts'
import type { Attribute } from './logical-plan.ts'

/** A name that was found: a column, and the fields of it that are taken. */
export interface FoundName {
  readonly attribute: Attribute
  readonly fields: readonly string[]
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** The columns that a name may mean. */
export class Scope {
  readonly attributes: readonly Attribute[]

  constructor(attributes: readonly Attribute[]) {
    this.attributes = attributes
  }

  /** @returns null when there is no such column. @throws AnalysisException when there are several. */
  find({ name, origin }: UnresolvedAttribute & { readonly origin?: Origin | undefined }): FoundName | null {
    for (let qualified = name.length - 1; qualified >= 0; qualified--) {
      const qualifier = name.slice(0, qualified)
      const column = name[qualified]!
      const found = this.attributes.filter((one) => same(one.name, column) && isOf(one, qualifier))
      const distinct = [...new Map(found.map((one) => [one.id, one])).values()]
      const fields = name.slice(qualified + 1)
      if (distinct.length > 1) throw ambiguous(name, distinct, origin)
      const [attribute] = distinct
      if (
        attribute !== undefined &&
        (fields.length === 0 ||
          attribute.type instanceof StructType ||
          attribute.type.kind === 'map' ||
          attribute.type.kind === 'array')
      ) {
        return { attribute, fields }
      }
    }
    return null
  }

  /** The columns that a star with this target means; null when nothing has the name. */
  star(target: readonly string[]): readonly Attribute[] | null {
    if (target.length === 0) return this.attributes
    const found = this.attributes.filter((one) => isOf(one, target))
    return found.length === 0 ? null : found
  }
}

function isOf({ qualifier }: Attribute, wanted: readonly string[]): boolean {
  if (wanted.length > qualifier.length) return false
  const end = qualifier.slice(qualifier.length - wanted.length)
  return wanted.every((part, index) => same(part, end[index]!))
}

function ambiguous(
  name: readonly string[],
  found: readonly Attribute[],
  origin: Origin | undefined,
): AnalysisException {
  const references = `[${found
    .map((one) => quoteName([...one.qualifier, one.name]))
    .sort()
    .join(', ')}]`
  return new AnalysisException(
    'AMBIGUOUS_REFERENCE',
    `Reference ${quoteName(name)} is ambiguous, could be: ${references}.`,
    {
      sqlState: '42704',
      parameters: { name: quoteName(name), referenceNames: references },
      origin,
    },
  )
}

/** The error for a column that is not there, with those that are nearest in spelling. */
export function unresolvedColumn(name: readonly string[], scope: Scope, origin: Origin | undefined): AnalysisException {
  const objectName = quoteName(name)
  if (scope.attributes.length === 0) {
    return new AnalysisException(
      'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION',
      `A column, variable, or function parameter with name ${objectName} cannot be resolved.`,
      { sqlState: '42703', parameters: { objectName }, origin },
    )
  }
  const wanted = name.join('.')
  const isQualified = name.length > 1
  const candidates = scope.attributes
    .map((one) => ({ parts: isQualified ? [...one.qualifier, one.name] : [one.name] }))
    .map(({ parts }) => ({
      text: parts.map(quoteIdentifier).join('.'),
      distance: distance(wanted.toLowerCase(), parts.join('.').toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 5)
    .map(({ text }) => text)
  const proposal = [...new Set(candidates)].join(', ')
  return new AnalysisException(
    'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    `A column, variable, or function parameter with name ${objectName} cannot be resolved. Did you mean one of the following? [${proposal}].`,
    { sqlState: '42703', parameters: { objectName, proposal }, origin },
  )
}

/** How many letters must be changed, added or left out (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
