import * as listeners from './listeners.ts'
import type { Setting } from './setting.ts'
import * as streaming from './streaming.ts'

/** The settings of one theme: a heading of docs/settings.md. */
export interface SettingTheme {
  readonly title: string
  readonly settings: readonly Setting<unknown>[]
}

/** Every setting, in the order of docs/settings.md. */
export const SETTING_THEMES: readonly SettingTheme[] = [
  { title: 'Streaming', settings: Object.values(streaming) },
  { title: 'Listeners', settings: Object.values(listeners) },
]

/** Every setting. */
export const SETTINGS: readonly Setting<unknown>[] = SETTING_THEMES.flatMap(({ settings }) => settings)
