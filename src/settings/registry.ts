import * as application from './application.ts'
import * as jobs from './jobs.ts'
import * as listeners from './listeners.ts'
import * as logging from './logging.ts'
import * as memory from './memory.ts'
import * as onSpark from './on-spark.ts'
import * as receivers from './receivers.ts'
import type { Setting } from './setting.ts'
import * as sql from './sql.ts'
import * as status from './status.ts'
import * as streaming from './streaming.ts'

/** The settings of one theme: a heading of docs/settings.md. */
export interface SettingTheme {
  readonly title: string
  /** All settings by their keys. */
  readonly settings: readonly Setting<unknown>[]
}

/** Every setting, in the order of docs/settings.md. A file of definitions is one theme. */
export const SETTING_THEMES: readonly SettingTheme[] = [
  theme('Application', application),
  theme('Workers and memory', memory),
  theme('Jobs and files', jobs),
  theme('Streaming', streaming),
  theme('Listeners', listeners),
  theme('Log and errors', logging),
  theme('Status', status),
  theme('Receivers', receivers),
  theme('SQL', sql),
  theme('On Spark', onSpark),
]

/** Every setting. */
export const SETTINGS: readonly Setting<unknown>[] = SETTING_THEMES.flatMap(({ settings }) => settings)

function theme(title: string, definitions: Readonly<Record<string, Setting<unknown>>>): SettingTheme {
  return { title, settings: Object.values(definitions).sort((one, other) => (one.key < other.key ? -1 : 1)) }
}
