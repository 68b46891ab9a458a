import { formatSize, formatTime, parseSizeBytes, parseTimeMs, type TimeUnit } from './units.ts'

/**
 * A setting that a SparkConf may hold, as a frozen object. Each setting is defined once, in a file of this folder; the code reads it with
 * `read`, and docs/settings.md is made of the definitions.
 */
export interface Setting<T> {
  readonly kind: 'text' | 'boolean' | 'integer' | 'number' | 'time' | 'size'
  /** The name, for instance `spark.streaming.blockInterval`. */
  readonly key: string
  /** Older names, which are read, in this order, when `key` is not set. */
  readonly olderKeys: readonly string[]
  /** The value where the setting is not set: times in milliseconds, sizes in bytes. Undefined when the reader works it out. */
  readonly defaultValue: T
  /** The default in the words of the documentation, Markdown. */
  readonly defaultText: string
  /** The allowed values in words, for instance `a time, at least 1ms; a bare number is milliseconds`. */
  readonly expects: string
  /** A value that is allowed. */
  readonly example: string
  /** The purpose of the setting in one sentence, Markdown. */
  readonly doc: string
  /** The value that a text stands for, undefined when it cannot be read or is out of range. */
  readonly parse: (text: string) => T | undefined
}

/** The parts of every definition. `D` is the type of the default, undefined when the code that reads the setting computes the default. */
interface Definition<D> {
  /** The default: times in milliseconds, sizes in bytes. Undefined when the reader works it out, or nothing holds. */
  readonly default: D
  /** The default in words, Markdown. `none` where there is no default and this is not given. */
  readonly defaultText?: string
  readonly doc: string
  readonly olderKeys?: readonly string[]
  /** A value that is allowed; the default unless given. */
  readonly example?: string
}

/** The range of allowed numbers; all numbers unless given. Times are in milliseconds, sizes in bytes. */
interface Range {
  readonly min?: number
  readonly max?: number
}

/**
 * A text: a path, a name or a list.
 * @param options.expects what the text must be, for instance `a directory`.
 * @param options.pattern what the text must match; any text unless given.
 */
export function textSetting<D extends string | undefined>(
  key: string,
  options: Definition<D> & { readonly expects: string; readonly pattern?: RegExp },
): Setting<string | D> {
  const { expects, pattern } = options
  return define(key, options, {
    kind: 'text',
    expects,
    example: '',
    format: String,
    parse: (text: string) => (pattern?.test(text) === false ? undefined : text),
  })
}

/** `true` or `false`, in upper or lower case. */
export function booleanSetting<D extends boolean | undefined>(
  key: string,
  options: Definition<D>,
): Setting<boolean | D> {
  return define(key, options, {
    kind: 'boolean',
    expects: 'true or false',
    example: 'true',
    format: String,
    parse: parseBoolean,
  })
}

/** A whole number within a range. */
export function integerSetting<D extends number | undefined>(
  key: string,
  options: Definition<D> & Range,
): Setting<number | D> {
  return define(key, options, {
    kind: 'integer',
    expects: `a whole number${inRange(options, String)}`,
    example: '1',
    format: String,
    parse: within(options, (text) => (/^\s*[+-]?[0-9]+\s*$/.test(text) ? Number(text) : undefined)),
  })
}

/** A number within a range. @param options.above a bound that the number must exceed. */
export function numberSetting<D extends number | undefined>(
  key: string,
  options: Definition<D> & Range & { readonly above?: number },
): Setting<number | D> {
  const { above = Number.NEGATIVE_INFINITY } = options
  return define(key, options, {
    kind: 'number',
    expects: `a number${inRange(options, String)}`,
    example: '1',
    format: String,
    parse: within(options, (text) => {
      const value = text.trim() === '' ? Number.NaN : Number(text)
      return value > above ? value : undefined
    }),
  })
}

/** A time, read as whole milliseconds. @param options.unit the unit of a bare number; `ms` unless given. */
export function timeSetting<D extends number | undefined>(
  key: string,
  options: Definition<D> & Range & { readonly unit?: TimeUnit },
): Setting<number | D> {
  const { unit = 'ms' } = options
  const bare = { ms: 'milliseconds', s: 'seconds' }[unit]
  return define(key, options, {
    kind: 'time',
    expects: `a time${inRange(options, formatTime)}; a bare number is ${bare}`,
    example: '30s',
    format: formatTime,
    parse: within(options, (text) => parseTimeMs(text, unit)),
  })
}

/** A size, read as bytes. */
export function sizeSetting<D extends number | undefined>(
  key: string,
  options: Definition<D> & Range,
): Setting<number | D> {
  return define(key, options, {
    kind: 'size',
    expects: `a size${inRange(options, formatSize)}; a bare number is bytes`,
    example: '64m',
    format: formatSize,
    parse: within(options, parseSizeBytes),
  })
}

/** The common functions of one kind of setting. */
interface ValueType<T> extends Pick<Setting<T>, 'kind' | 'expects' | 'example' | 'parse'> {
  readonly format: (value: T) => string
}

function define<T, D extends T | undefined>(key: string, options: Definition<D>, type: ValueType<T>): Setting<T | D> {
  const value = options.default
  const formatted = value === undefined ? undefined : type.format(value)
  const defaultText = options.defaultText ?? (formatted === undefined ? 'none' : `\`${formatted}\``)
  const { kind, expects, parse } = type
  return Object.freeze({
    kind,
    key,
    olderKeys: options.olderKeys ?? [],
    defaultValue: value,
    defaultText,
    expects,
    example: options.example ?? formatted ?? type.example,
    doc: options.doc,
    parse,
  })
}

function parseBoolean(text: string): boolean | undefined {
  switch (text.trim().toLowerCase()) {
    case 'true':
      return true
    case 'false':
      return false
    default:
      return undefined
  }
}

function within({ min, max }: Range, parse: (text: string) => number | undefined) {
  return (text: string): number | undefined => {
    const value = parse(text)
    if (value === undefined || !(value >= (min ?? Number.NEGATIVE_INFINITY))) return undefined
    return value <= (max ?? Number.POSITIVE_INFINITY) ? value : undefined
  }
}

/** The bounds in words, to stand behind what they bound: `, at least 1ms`. */
function inRange({ above, min, max }: Range & { readonly above?: number }, format: (value: number) => string): string {
  const lower = above === undefined ? bound('at least', min, format) : bound('above', above, format)
  return lower + bound('at most', max, format)
}

function bound(words: string, value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '' : `, ${words} ${format(value)}`
}
