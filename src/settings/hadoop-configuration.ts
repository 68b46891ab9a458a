import { IllegalArgumentException } from '../errors.ts'

/** What settings of Hadoop begin with among those of a SparkContext. */
export const HADOOP_PREFIX = 'spark.hadoop.'

/** Where the settings are kept. */
export interface HadoopSettings {
  getAll(): readonly (readonly [key: string, value: string])[]
  get(key: string): string | undefined
  /** @param value null to take the setting away. */
  set(key: string, value: string | null): void
}

/**
 * Hadoop's settings (its `Configuration`): those of the SparkContext whose names begin with `spark.hadoop.`, without that. On `sc://` they reach
 * the cluster's file systems; set them before the first job. On `local` only those on the page of settings have an effect.
 *
 * @example sc.hadoopConfiguration.set('fs.s3a.endpoint', 'http://127.0.0.1:9000')
 */
export class HadoopConfiguration implements Iterable<readonly [key: string, value: string]> {
  readonly #settings: HadoopSettings

  /** Made by a SparkContext only. @internal */
  constructor(settings: HadoopSettings) {
    this.#settings = settings
  }

  /** The value, or null. */
  get(name: string): string | null
  /** The value, or `defaultValue`. */
  get<D>(name: string, defaultValue: D): string | D
  get(name: string, defaultValue: unknown = null): unknown {
    return this.#settings.get(HADOOP_PREFIX + name) ?? defaultValue
  }

  /** @throws IllegalArgumentException for a name that is no text or empty, or a value of null or undefined. */
  set(name: string, value: string | number | boolean): void {
    if (typeof name !== 'string' || name === '') throw illegal('Property name must not be null')
    if (value === null || value === undefined) throw illegal(`The value of property ${name} must not be null`)
    this.#settings.set(HADOOP_PREFIX + name, String(value))
  }

  /** Sets a value where there is none. */
  setIfUnset(name: string, value: string | number | boolean): void {
    if (this.get(name) === null) this.set(name, value)
  }

  /** Takes a value away. */
  unset(name: string): void {
    this.#settings.set(HADOOP_PREFIX + name, null)
  }

  /** `defaultValue` where the value is neither `true` nor `false`, as in Hadoop. */
  getBoolean(name: string, defaultValue: boolean): boolean {
    const value = this.get(name)?.trim().toLowerCase()
    return value === 'true' ? true : value === 'false' ? false : defaultValue
  }

  /** @throws IllegalArgumentException when the value is no whole number. */
  getInt(name: string, defaultValue: number): number {
    const value = this.get(name)?.trim()
    if (value === undefined) return defaultValue
    if (!/^[+-]?[0-9]+$/.test(value)) throw illegal(`For input string: "${value}" (the setting ${name})`)
    return Number(value)
  }

  /** How many there are. */
  size(): number {
    return [...this].length
  }

  /** The settings, as pairs of key and value. */
  *[Symbol.iterator](): IterableIterator<readonly [key: string, value: string]> {
    for (const [key, value] of this.#settings.getAll()) {
      if (key.startsWith(HADOOP_PREFIX)) yield [key.slice(HADOOP_PREFIX.length), value]
    }
  }
}

function illegal(message: string): IllegalArgumentException {
  return new IllegalArgumentException('ILLEGAL_ARGUMENT', message)
}
