import type { AggregateFunction, AggregateMaker, AggregateTypes } from '../plan/aggregate-spec.ts'
import type { Int64, SqlValue } from '../plan/sql-value.ts'
import type { DecimalType } from '../types/data-type.ts'
import { addDecimal, divideDecimal } from './runtime/decimal.ts'
import { addLong } from './runtime/int64.ts'
import { type Comparison, comparisonOf } from './runtime/values.ts'

/** A state that one value is, null until there is one. */
interface Single {
  value: SqlValue
}
interface Sum {
  sum: SqlValue
  count: number
}

const count: AggregateMaker = () => ({
  create: () => ({ count: 0 }),
  update: (state, args) => {
    const counted = state as { count: number }
    for (const arg of args) if (arg === null) return counted
    counted.count++
    return counted
  },
  merge: (a, b) => ({ count: (a as { count: number }).count + (b as { count: number }).count }),
  finish: (state) => (state as { count: number }).count,
})

function adder(types: AggregateTypes): (a: never, b: never) => SqlValue {
  const { result } = types
  if (result.kind === 'decimal') {
    const { scale } = result as DecimalType
    return (a: Int64, b: Int64) => addDecimal(a, scale, b, scale, 38, scale)
  }
  return result.kind === 'long' ? (addLong as (a: never, b: never) => SqlValue) : (a: number, b: number) => a + b
}

const sum: AggregateMaker = (types) => {
  const add = adder(types)
  const plus = (a: SqlValue, b: unknown) =>
    a === null ? (b as SqlValue) : b === null ? a : add(a as never, b as never)
  return {
    create: () => ({ value: null }),
    update: (state, [value]) => {
      const single = state as Single
      single.value = plus(single.value, value)
      return single
    },
    merge: (a, b) => ({ value: plus((a as Single).value, (b as Single).value) }),
    finish: (state) => (state as Single).value,
  }
}

const average: AggregateMaker = (types) => {
  const isDecimal = types.result.kind === 'decimal'
  const { scale: inScale = 0 } = types.args[0] as Partial<DecimalType>
  const { precision = 0, scale = 0 } = types.result as Partial<DecimalType>
  const add = isDecimal
    ? (a: Int64, b: Int64) => addDecimal(a, inScale, b, inScale, 38, inScale)
    : (a: number, b: number) => a + b
  return {
    create: () => ({ sum: 0, count: 0 }),
    update: (state, [value]) => {
      const own = state as Sum
      if (value === null) return own
      own.sum = add(own.sum as never, value as never)
      own.count++
      return own
    },
    merge: (a, b) => ({
      sum: add((a as Sum).sum as never, (b as Sum).sum as never),
      count: (a as Sum).count + (b as Sum).count,
    }),
    finish: (state) => {
      const own = state as Sum
      if (own.count === 0) return null
      return isDecimal
        ? divideDecimal(own.sum as Int64, inScale, own.count, 0, precision, scale)
        : (own.sum as number) / own.count
    },
  }
}

function best(isBetter: (order: number) => boolean): AggregateMaker {
  return (types) => {
    const compare: Comparison = comparisonOf(types.args[0]!)
    const choose = (a: SqlValue, b: SqlValue) =>
      a === null ? b : b === null || !isBetter(compare(b as never, a as never)) ? a : b
    return {
      create: () => ({ value: null }),
      update: (state, [value]) => {
        const single = state as Single
        single.value = choose(single.value, value as SqlValue)
        return single
      },
      merge: (a, b) => ({ value: choose((a as Single).value, (b as Single).value) }),
      finish: (state) => (state as Single).value,
    }
  }
}

/** The value of the row whose second argument is the least or the greatest. */
function bestBy(isBetter: (order: number) => boolean): AggregateMaker {
  return (types) => {
    const compare = comparisonOf(types.args[1]!)
    type Pair = { value: SqlValue; by: SqlValue }
    const choose = (a: Pair, b: Pair) =>
      a.by === null ? b : b.by === null || !isBetter(compare(b.by as never, a.by as never)) ? a : b
    return {
      create: () => ({ value: null, by: null }),
      update: (state, [value, by]) => choose(state as Pair, { value: value as SqlValue, by: by as SqlValue }),
      merge: (a, b) => choose(a as Pair, b as Pair),
      finish: (state) => (state as Pair).value,
    }
  }
}

function firstOrLast(isLast: boolean): AggregateMaker {
  return (_types, _settings, { ignoresNulls = false }) => ({
    create: () => ({ value: null, isSet: false }),
    update: (state, [value]) => {
      const own = state as { value: SqlValue; isSet: boolean }
      if (ignoresNulls === true && value === null) return own
      if (isLast || !own.isSet) {
        own.value = value as SqlValue
        own.isSet = true
      }
      return own
    },
    merge: (a, b) => {
      const [x, y] = [a, b] as readonly { value: SqlValue; isSet: boolean }[]
      return isLast ? (y!.isSet ? y : x) : x!.isSet ? x : y
    },
    finish: (state) => (state as Single).value,
  })
}

const collect: AggregateMaker = () => ({
  create: () => [],
  update: (state, [value]) => {
    if (value !== null) (state as SqlValue[]).push(value as SqlValue)
    return state
  },
  merge: (a, b) => [...(a as SqlValue[]), ...(b as SqlValue[])],
  finish: (state) => state,
})

function boolean(isAll: boolean): AggregateMaker {
  const join = (a: SqlValue, b: SqlValue) =>
    a === null ? b : b === null ? a : isAll ? a === true && b === true : a === true || b === true
  return () => ({
    create: () => ({ value: null }),
    update: (state, [value]) => ({ value: join((state as Single).value, value as SqlValue) }),
    merge: (a, b) => ({ value: join((a as Single).value, (b as Single).value) }),
    finish: (state) => (state as Single).value,
  })
}

/** Central moments up to the second, merged as Chan, Golub and LeVeque do. */
interface Moments {
  n: number
  mean: number
  m2: number
}
function moments(finish: (moments: Moments) => number | null): AggregateMaker {
  return () => ({
    create: (): Moments => ({ n: 0, mean: 0, m2: 0 }),
    update: (state, [value]) => {
      const own = state as Moments
      if (value === null) return own
      const x = value as number
      own.n++
      const delta = x - own.mean
      own.mean += delta / own.n
      own.m2 += delta * (delta - delta / own.n)
      return own
    },
    merge: (a, b) => {
      const [x, y] = [a, b] as [Moments, Moments]
      const n = x.n + y.n
      if (n === 0) return x
      const delta = y.mean - x.mean
      return { n, mean: x.mean + (delta * y.n) / n, m2: x.m2 + y.m2 + (delta * delta * x.n * y.n) / n }
    },
    finish: (state) => finish(state as Moments),
  })
}

const MAKERS = {
  count,
  sum,
  average,
  min: best((order) => order < 0),
  max: best((order) => order > 0),
  minBy: bestBy((order) => order < 0),
  maxBy: bestBy((order) => order > 0),
  first: firstOrLast(false),
  last: firstOrLast(true),
  collect,
  every: boolean(true),
  some: boolean(false),
  varianceSample: moments(({ n, m2 }) => (n === 0 ? null : n === 1 ? null : m2 / (n - 1))),
  variancePopulation: moments(({ n, m2 }) => (n === 0 ? null : m2 / n)),
  deviationSample: moments(({ n, m2 }) => (n < 2 ? null : Math.sqrt(m2 / (n - 1)))),
  deviationPopulation: moments(({ n, m2 }) => (n === 0 ? null : Math.sqrt(m2 / n))),
} as const satisfies Readonly<Record<string, AggregateMaker>>

export type AggregateMakerName = keyof typeof MAKERS

/** The aggregate's functions, on a worker. */
export function aggregateFunction(
  maker: string,
  types: AggregateTypes,
  settings: Parameters<AggregateMaker>[1],
  options: Readonly<Record<string, unknown>> = {},
): AggregateFunction {
  return MAKERS[maker as AggregateMakerName](types, settings, options)
}
