import { AnalysisException } from '../errors.ts'
import type { Origin } from '../plan/origin.ts'
import type { ResolvedCall, SqlSettings } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import { aggregates, type ResolveAggregate } from './aggregates.ts'
import { arithmetic } from './arithmetic.ts'
import { collections } from './collections.ts'
import { conditional } from './conditional.ts'
import { dates } from './dates.ts'
import { math } from './math.ts'
import { predicates } from './predicates.ts'
import type { ResolveCall } from './signature.ts'
import { strings } from './strings.ts'

/** By name in lower case; a file for each theme. */
const SCALARS: ReadonlyMap<string, ResolveCall> = new Map(
  [arithmetic, math, predicates, conditional, strings, dates, collections].flatMap((theme) => Object.entries(theme)),
)
const AGGREGATES: ReadonlyMap<string, ResolveAggregate> = new Map(Object.entries(aggregates))

/** Whether a name is that of a function of groups. */
export function isAggregate(name: string): boolean {
  return AGGREGATES.has(name.toLowerCase())
}

/** The call of a function of rows. @throws AnalysisException when there is no such function, or its arguments do not fit. */
export function resolveScalar(
  name: string,
  args: readonly TypedExpression[],
  settings: SqlSettings,
  origin?: Origin,
): ResolvedCall {
  const found = SCALARS.get(name.toLowerCase())
  if (found === undefined) throw unknownFunction(name, origin)
  return found(args, { settings, name, resolve: (other, parts) => resolveScalar(other, parts, settings, origin) })
}

/** The call of a function of groups. @throws AnalysisException when its arguments do not fit. */
export function resolveAggregate(
  name: string,
  args: readonly TypedExpression[],
  settings: SqlSettings,
  ignoresNulls: boolean,
) {
  const found = AGGREGATES.get(name.toLowerCase())!
  return found(args, { settings, name, resolve: (other, parts) => resolveScalar(other, parts, settings) }, ignoresNulls)
}

function unknownFunction(name: string, origin?: Origin): AnalysisException {
  const path = '[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]'
  return new AnalysisException('UNRESOLVED_ROUTINE', `Cannot resolve routine \`${name}\` on search path ${path}.`, {
    sqlState: '42883',
    parameters: { routineName: `\`${name}\``, searchPath: path },
    origin,
  })
}
