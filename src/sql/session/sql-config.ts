import { IllegalArgumentException } from '../../errors.ts'
import { read } from '../../settings/read.ts'
import { ANSI_ENABLED, SESSION_TIME_ZONE, SHUFFLE_PARTITIONS } from '../../settings/sql.ts'
import { AnalysisException } from '../errors.ts'
import type { SqlSettings } from '../plan/scalar-spec.ts'

/** The settings of a session at run time (Spark's `RuntimeConfig`): its own, and behind them those of its SparkContext. */
export class RuntimeConfig {
  readonly #values = new Map<string, string>()
  readonly #inherited: (key: string) => string | undefined

  /** @internal */
  constructor(inherited: (key: string) => string | undefined) {
    this.#inherited = inherited
  }

  /**
   * The setting's value.
   * @param defaultValue what it is where nobody has set it. @throws AnalysisException `SQL_CONF_NOT_FOUND` when nobody has set it and there is no default.
   */
  get(key: string, defaultValue?: string): string {
    const value = this.getOption(key) ?? defaultValue
    if (value !== undefined) return value
    throw new AnalysisException(
      'SQL_CONF_NOT_FOUND',
      `The SQL config "${key}" cannot be found. Please verify that the config exists.`,
      { sqlState: '42K0I', parameters: { sqlConf: `"${key}"` } },
    )
  }
  /** The setting's value; undefined where nobody has set it. */
  getOption(key: string): string | undefined {
    return this.#values.get(key) ?? this.#inherited(key)
  }
  /** All settings that this session has of its own. */
  get getAll(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#values)
  }
  set(key: string, value: string | number | boolean): void {
    this.#values.set(key, String(value))
  }
  unset(key: string): void {
    this.#values.delete(key)
  }

  /** What functions go by. @throws IllegalArgumentException for a mode that there is not, or a setting that cannot be read. @internal */
  get sqlSettings(): SqlSettings {
    const source = (key: string) => this.getOption(key)
    if (!read(source, ANSI_ENABLED)) {
      throw new IllegalArgumentException(
        'ANSI_MODE_REQUIRED',
        `${ANSI_ENABLED.key}=false is not supported by the embedded engine: use try_cast, try_divide and their like for null instead of an error`,
      )
    }
    return { timeZone: read(source, SESSION_TIME_ZONE) ?? Intl.DateTimeFormat().resolvedOptions().timeZone }
  }
  /** Partitions of a shuffle; undefined where nobody has set them. @internal */
  get shufflePartitions(): number | undefined {
    return read((key) => this.getOption(key), SHUFFLE_PARTITIONS)
  }
}
