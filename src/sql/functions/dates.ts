import { AnalysisException } from '../errors.ts'
import type { ResolvedCall, ScalarSpec } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import {
  type DataType,
  DateType,
  DecimalType,
  IntegerType,
  LongType,
  StringType,
  TimestampType,
} from '../types/data-type.ts'
import { castTo, type FunctionContext, fitted, type ResolveCall, scalar } from './signature.ts'

/** A whole number of a date. */
const ofDate = (name: string, js: (days: string) => string): ResolveCall =>
  scalar(name, { params: ['date'], returns: IntegerType, js: ([a]) => js(a!) })

/** The moment's time on the wall clock of the session's zone, for the functions that follow. */
function wallClock(arg: TypedExpression, context: FunctionContext): TypedExpression {
  if (arg.type.kind === 'timestampNtz') return arg
  const moment = fitted(context, arg, 'timestamp', 0)
  const spec: ScalarSpec = {
    name: 'wall clock',
    js: ([a]) => `rt.TimeZone.of(${JSON.stringify(context.settings.timeZone)}).toWallClock(${a})`,
  }
  return { kind: 'call', spec, args: [moment], type: LongType, nullable: moment.nullable }
}

/** The moment of a wall clock's time. */
function moment(wall: ResolvedCall, context: FunctionContext): ResolvedCall {
  const spec: ScalarSpec = {
    name: 'moment',
    js: ([a]) => `rt.TimeZone.of(${JSON.stringify(context.settings.timeZone)}).toMoment(${a})`,
  }
  return { spec, args: [{ kind: 'call', ...wall }], type: TimestampType, nullable: wall.nullable }
}

const ofTime =
  (name: string, divisor: number, modulo: number): ResolveCall =>
  (args, context) => {
    const wall = wallClock(args[0]!, context)
    const spec: ScalarSpec = { name, js: ([a]) => `(Math.floor(rt.microsOfDay(${a}) / ${divisor}) % ${modulo})` }
    return { spec, args: [wall], type: IntegerType, nullable: wall.nullable }
  }

const hour = ofTime('hour', 3_600_000_000, 24)
const minute = ofTime('minute', 60_000_000, 60)
const second = ofTime('second', 1_000_000, 60)

const FIELDS: Readonly<Record<string, string>> = {
  year: 'year',
  y: 'year',
  years: 'year',
  yr: 'year',
  yrs: 'year',
  quarter: 'quarter',
  qtr: 'quarter',
  month: 'month',
  mon: 'month',
  mons: 'month',
  months: 'month',
  week: 'weekofyear',
  w: 'weekofyear',
  weeks: 'weekofyear',
  day: 'day',
  d: 'day',
  days: 'day',
  dayofweek: 'dayofweek',
  dow: 'dayofweek',
  dow_iso: 'dayofweek_iso',
  dayofweek_iso: 'dayofweek_iso',
  doy: 'dayofyear',
  yearofweek: 'yearofweek',
  hour: 'hour',
  h: 'hour',
  hours: 'hour',
  hr: 'hour',
  hrs: 'hour',
  minute: 'minute',
  m: 'minute',
  min: 'minute',
  mins: 'minute',
  minutes: 'minute',
}

const extract: ResolveCall = (args, context) => {
  const [field, source] = args
  const name = field!.kind === 'constant' ? String(field!.value).toLowerCase() : ''
  if (['second', 's', 'sec', 'seconds', 'secs'].includes(name)) {
    const wall = wallClock(source!, context)
    const spec: ScalarSpec = { name: 'seconds', js: ([a]) => `(rt.microsOfDay(${a}) % 60000000)` }
    return { spec, args: [wall], type: new DecimalType(8, 6), nullable: wall.nullable }
  }
  const target = FIELDS[name]
  if (target !== undefined) return context.resolve(target, [source!])
  throw new AnalysisException('INVALID_EXTRACT_FIELD', `Cannot extract \`${name}\` from "${source!.type.sql}".`, {
    sqlState: '42601',
    origin: source!.origin,
  })
}

/** With two arguments days; with a unit before them whole units of it, as the parser gives it. */
const datediff: ResolveCall = scalar('datediff', {
  params: ['date', 'date'],
  returns: IntegerType,
  js: ([end, start]) => `(${end} - ${start})`,
})

const timestampAdd: ResolveCall = ([unit, count, time], context) => {
  const wall = wallClock(time!, context)
  const name = String(unit!.kind === 'constant' ? unit!.value : '')
  const spec: ScalarSpec = { name: `add ${name}`, js: ([a, n]) => `rt.addUnits(${a}, ${JSON.stringify(name)}, ${n})` }
  const by = fitted(context, count!, 'integer', 1)
  const isPlain = time!.type.kind === 'timestampNtz'
  const made: ResolvedCall = {
    spec,
    args: [wall, by],
    type: isPlain ? time!.type : LongType,
    nullable: wall.nullable || by.nullable,
  }
  return isPlain ? made : moment(made, context)
}

const timestampDiff: ResolveCall = ([unit, start, end], context) => {
  const [a, b] = [wallClock(start!, context), wallClock(end!, context)]
  const name = String(unit!.kind === 'constant' ? unit!.value : '')
  const spec: ScalarSpec = {
    name: `between ${name}`,
    js: ([x, y]) => `rt.unitsBetween(${x}, ${y}, ${JSON.stringify(name)})`,
  }
  return { spec, args: [a, b], type: LongType, nullable: a.nullable || b.nullable }
}

const dateTrunc: ResolveCall = ([unit, time], context) => {
  const wall = wallClock(time!, context)
  const spec: ScalarSpec = { name: 'date_trunc', mayGiveNull: true, js: ([u, a]) => `rt.truncateMicros(${a}, ${u})` }
  const made: ResolvedCall = { spec, args: [fitted(context, unit!, 'string', 0), wall], type: LongType, nullable: true }
  return moment(made, context)
}

const dateFormat: ResolveCall = ([time, pattern], context) => {
  const wall = wallClock(time!, context)
  const spec: ScalarSpec = { name: 'date_format', js: ([a, p]) => `rt.formatMicros(${a}, ${p})` }
  return {
    spec,
    args: [wall, fitted(context, pattern!, 'string', 1)],
    type: StringType,
    nullable: wall.nullable || pattern!.nullable,
  }
}

const castFunction =
  (name: string, type: DataType): ResolveCall =>
  (args) => {
    if (args.length > 1) {
      throw new AnalysisException(
        'UNSUPPORTED_FEATURE',
        `The embedded engine does not support ${name} with a pattern yet.`,
        { sqlState: '0A000', origin: args[1]!.origin },
      )
    }
    const [a] = args
    return { spec: { name, js: ([x]) => x! }, args: [castTo(a!, type)], type, nullable: a!.nullable }
  }

export const dates: Readonly<Record<string, ResolveCall>> = {
  year: ofDate('year', (a) => `rt.yearOf(${a})`),
  quarter: ofDate('quarter', (a) => `rt.quarterOf(${a})`),
  month: ofDate('month', (a) => `rt.monthOf(${a})`),
  day: ofDate('day', (a) => `rt.dayOf(${a})`),
  dayofmonth: ofDate('dayofmonth', (a) => `rt.dayOf(${a})`),
  dayofyear: ofDate('dayofyear', (a) => `rt.dayOfYear(${a})`),
  dayofweek: ofDate('dayofweek', (a) => `((rt.weekdayOf(${a}) + 1) % 7 + 1)`),
  dayofweek_iso: ofDate('dayofweek_iso', (a) => `(rt.weekdayOf(${a}) + 1)`),
  weekday: ofDate('weekday', (a) => `rt.weekdayOf(${a})`),
  weekofyear: ofDate('weekofyear', (a) => `rt.weekOfYear(${a})`),
  yearofweek: ofDate('yearofweek', (a) => `rt.yearOfWeek(${a})`),
  hour,
  minute,
  second,
  extract,
  date_part: extract,
  datepart: extract,
  date_add: scalar('date_add', { params: ['date', 'integer'], returns: DateType, js: ([a, n]) => `(${a} + ${n})` }),
  dateadd: scalar('dateadd', { params: ['date', 'integer'], returns: DateType, js: ([a, n]) => `(${a} + ${n})` }),
  date_sub: scalar('date_sub', { params: ['date', 'integer'], returns: DateType, js: ([a, n]) => `(${a} - ${n})` }),
  datediff,
  date_diff: datediff,
  add_months: scalar('add_months', {
    params: ['date', 'integer'],
    returns: DateType,
    js: ([a, n]) => `rt.addMonths(${a}, ${n})`,
  }),
  last_day: scalar('last_day', { params: ['date'], returns: DateType, js: ([a]) => `rt.lastDay(${a})` }),
  trunc: scalar('trunc', {
    params: ['date', 'string'],
    returns: DateType,
    mayGiveNull: true,
    js: ([a, unit]) => `rt.truncateDays(${a}, ${unit})`,
  }),
  make_date: scalar('make_date', {
    params: ['integer', 'integer', 'integer'],
    returns: DateType,
    js: ([y, m, d]) => `rt.makeDate(${y}, ${m}, ${d})`,
  }),
  date_from_unix_date: scalar('date_from_unix_date', { params: ['integer'], returns: DateType, js: ([a]) => a! }),
  unix_date: scalar('unix_date', { params: ['date'], returns: IntegerType, js: ([a]) => a! }),
  date_trunc: dateTrunc,
  date_format: dateFormat,
  timestampadd: timestampAdd,
  timestampdiff: timestampDiff,
  to_date: castFunction('to_date', DateType),
  date: castFunction('date', DateType),
  to_timestamp: castFunction('to_timestamp', TimestampType),
  timestamp: castFunction('timestamp', TimestampType),
}
