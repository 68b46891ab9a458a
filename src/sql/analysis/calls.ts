import { resolveScalar } from '../functions/registry.ts'
import type { ResolvedCall, SqlSettings } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'

export function analyzeAnd(a: TypedExpression, b: TypedExpression, settings: SqlSettings): ResolvedCall {
  return resolveScalar('and', [a, b], settings)
}

export function coalesced(a: TypedExpression, b: TypedExpression, settings: SqlSettings): TypedExpression {
  return { kind: 'call', ...resolveScalar('coalesce', [a, b], settings) }
}

export function nullSafeEqual(a: TypedExpression, b: TypedExpression, settings: SqlSettings): TypedExpression {
  return { kind: 'call', ...resolveScalar('<=>', [a, b], settings) }
}

export function equality(a: TypedExpression, b: TypedExpression, settings: SqlSettings): TypedExpression {
  return { kind: 'call', ...resolveScalar('=', [a, b], settings) }
}
