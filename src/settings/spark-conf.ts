import { anObject, anything, argumentOf, aText, optional } from '../arguments/argument.ts'
import { checkMethods } from '../arguments/check-arguments.ts'
import { IllegalArgumentException, MillstreamError } from '../errors.ts'
import { APP_NAME, DEFAULT_PARALLELISM, MASTER } from './application.ts'
import { read } from './read.ts'
import type { Setting } from './setting.ts'
import { shownSettings } from './shown-settings.ts'
import { parseSizeBytes, parseTimeMs } from './units.ts'

/** A setting's value; kept as its text. */
export type SettingValue = string | number | boolean

/**
 * Spark's `SparkConf`: settings by name. A new one starts with what the command line gave to the program, through the environment
 * (`MILLSTREAM_MASTER`, and `MILLSTREAM_CONF`, a JSON object), and with `SPARK_MASTER` or `SPARK_REMOTE` as the master where neither names one;
 * what the program sets wins.
 *
 * @example new SparkConf().setMaster('local[2]').setAppName('counts').set('spark.default.parallelism', 4)
 */
export class SparkConf {
  readonly #settings = new Map<string, string>()

  /** @param loadDefaults whether to start with the environment's settings; true unless said otherwise. */
  constructor(loadDefaults = true) {
    if (loadDefaults) this.setAll(environmentSettings())
  }

  /** Sets one setting. @throws IllegalArgumentException for a value of null or undefined. */
  set(key: string, value: SettingValue): this {
    if (typeof key !== 'string') throw illegal(`A setting's name must be a string, not ${String(key)}`)
    if (value === null || value === undefined) throw illegal(`null value for ${key}`)
    this.#settings.set(key, String(value))
    return this
  }

  /** Sets `spark.master`, for instance `local[2]`: where the program runs. */
  setMaster(master: string): this {
    return this.set(MASTER.key, master)
  }

  /** Sets `spark.app.name`. */
  setAppName(name: string): this {
    return this.set(APP_NAME.key, name)
  }

  /** Sets a setting that neither the program nor the command line has set. */
  setIfMissing(key: string, value: SettingValue): this {
    return this.contains(key) ? this : this.set(key, value)
  }

  /** Sets many: pairs, or an object. */
  setAll(settings: Iterable<readonly [string, SettingValue]> | Readonly<Record<string, SettingValue>>): this {
    const entries = Symbol.iterator in settings ? settings : Object.entries(settings)
    for (const [key, value] of entries) this.set(key, value)
    return this
  }

  /** @throws MillstreamError when it is not set and no default was given. */
  get(key: string): string
  get<D>(key: string, defaultValue: D): string | D
  get(...[key, ...rest]: [key: string, defaultValue?: unknown]): unknown {
    const value = this.#settings.get(key)
    if (value !== undefined) return value
    if (rest.length > 0) return rest[0]
    throw new MillstreamError('NO_SUCH_SETTING', `The setting ${key} is not set; give get() a default for that case.`)
  }

  /** The value, or undefined. */
  getOption(key: string): string | undefined {
    return this.#settings.get(key)
  }

  /** @throws IllegalArgumentException when it is neither `true` nor `false`. */
  getBoolean(key: string, defaultValue: boolean): boolean {
    const value = this.#settings.get(key)?.toLowerCase()
    if (value === undefined) return defaultValue
    if (value !== 'true' && value !== 'false') throw invalid(key, value, 'true or false')
    return value === 'true'
  }

  /** @throws IllegalArgumentException when it is no whole number. */
  getInt(key: string, defaultValue: number): number {
    const value = this.#settings.get(key)
    if (value === undefined) return defaultValue
    if (!/^\s*[+-]?[0-9]+\s*$/.test(value)) throw invalid(key, value, 'a whole number')
    return Number(value)
  }

  /** @throws IllegalArgumentException when it is no number. */
  getDouble(key: string, defaultValue: number): number {
    const value = this.#settings.get(key)
    if (value === undefined) return defaultValue
    const number = Number(value)
    if (value.trim() === '' || Number.isNaN(number)) throw invalid(key, value, 'a number')
    return number
  }

  /** A time such as `200ms` or `5min`, in milliseconds. @param defaultUnit of a bare number. */
  getTimeAsMs(key: string, defaultValue: string, defaultUnit: 'ms' | 's' = 'ms'): number {
    const text = this.#settings.get(key) ?? defaultValue
    const timeMs = parseTimeMs(text, defaultUnit)
    if (timeMs !== undefined) return timeMs
    throw illegal(
      `Failed to parse time string: ${text} (setting ${key})\nTime must be specified as seconds (s), milliseconds (ms), ` +
        'microseconds (us), minutes (m or min), hour (h), or day (d). E.g. 50s, 100ms, or 250us.',
    )
  }

  /** A size such as `64m`, in bytes; a bare number is bytes. */
  getSizeAsBytes(key: string, defaultValue: string): number {
    const text = this.#settings.get(key) ?? defaultValue
    const bytes = parseSizeBytes(text)
    if (bytes !== undefined) return bytes
    throw illegal(
      `Failed to parse byte string: ${text} (setting ${key})\nSize must be specified as bytes (b), kibibytes (k), mebibytes (m), ` +
        'gibibytes (g), tebibytes (t), or pebibytes(p). E.g. 50b, 100k, or 250m.',
    )
  }

  /** The value of a setting that Millstream knows. @throws IllegalArgumentException @internal */
  readSetting<T>(setting: Setting<T>): T {
    return read((key) => this.#settings.get(key), setting)
  }

  /** All settings as pairs. */
  getAll(): [key: string, value: string][] {
    return [...this.#settings]
  }

  /** Whether a setting is set. */
  contains(key: string): boolean {
    return this.#settings.has(key)
  }

  /** Takes a setting away. */
  remove(key: string): this {
    this.#settings.delete(key)
    return this
  }

  /** A copy that changes on its own. */
  clone(): SparkConf {
    return new SparkConf(false).setAll(this.#settings)
  }

  /** The settings as text: one `key=value` a line, in the order of the keys. */
  toDebugString(): string {
    return [...this.#settings]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`)
      .join('\n')
  }

  /** `SparkConf(spark.app.name=counts, spark.master=local[2])`, by name. Asterisks stand for the values of settings that hold secrets. */
  toString(): string {
    const shown = shownSettings([...this.#settings].sort(([a], [b]) => (a < b ? -1 : 1)))
    return `SparkConf(${shown.map(([key, value]) => `${key}=${value}`).join(', ')})`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function environmentSettings(): [string, SettingValue][] {
  const { MILLSTREAM_MASTER, MILLSTREAM_CONF, SPARK_MASTER, SPARK_REMOTE } = process.env
  const sparkMaster = SPARK_MASTER || SPARK_REMOTE
  return [
    ...(sparkMaster ? [[MASTER.key, sparkMaster] as [string, string]] : []),
    ...(MILLSTREAM_CONF === undefined ? [] : Object.entries(parseSettings(MILLSTREAM_CONF))),
    ...(MILLSTREAM_MASTER === undefined ? [] : [[MASTER.key, MILLSTREAM_MASTER] as [string, string]]),
  ]
}

function parseSettings(json: string): Record<string, SettingValue> {
  let settings: unknown
  try {
    settings = JSON.parse(json)
  } catch (cause) {
    throw new IllegalArgumentException('INVALID_SETTING', `MILLSTREAM_CONF is not JSON: ${json}`, { cause })
  }
  const isObject = typeof settings === 'object' && settings !== null && !Array.isArray(settings)
  if (!isObject || Object.values(settings as object).some((value) => typeof value === 'object')) {
    throw new IllegalArgumentException(
      'INVALID_SETTING',
      `MILLSTREAM_CONF must be a JSON object of settings, for instance {"${DEFAULT_PARALLELISM.key}":"4"}, not ${json}`,
    )
  }
  return settings as Record<string, SettingValue>
}

function illegal(message: string): IllegalArgumentException {
  return new IllegalArgumentException('INVALID_SETTING', message)
}

function invalid(key: string, value: string, wanted: string): IllegalArgumentException {
  return illegal(`Illegal value for config key ${key}: '${value}' must be ${wanted}.`)
}

const key = aText('key')
const settingValue = argumentOf(
  'value',
  'a string, a number or a boolean',
  // A missing value has an error in Spark's words.
  (value) => value === null || value === undefined || ['string', 'number', 'boolean'].includes(typeof value),
)

checkMethods(SparkConf, 'SparkConf', {
  set: [key, settingValue],
  setMaster: [aText('master')],
  setAppName: [aText('name')],
  setIfMissing: [key, settingValue],
  setAll: [anObject('settings', 'an object of settings, or an iterable of pairs')],
  get: [key, anything('defaultValue')],
  getOption: [key],
  getBoolean: [key, anything('defaultValue')],
  getInt: [key, anything('defaultValue')],
  getDouble: [key, anything('defaultValue')],
  getTimeAsMs: [key, anything('defaultValue'), optional(aText('defaultUnit'))],
  getSizeAsBytes: [key, anything('defaultValue')],
  contains: [key],
  remove: [key],
})
