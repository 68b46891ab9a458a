import { IllegalArgumentException } from '../errors.ts'
import type { Setting } from './setting.ts'

/** Where settings come from: the text that was set for a key, undefined where none was set. */
export type SettingSource = (key: string) => string | undefined

/**
 * The value of a setting: what was set under its key, else under one of its older names, else the default.
 * @throws IllegalArgumentException (`INVALID_SETTING`) for a text that cannot be read or is out of range.
 */
export function read<T>(source: SettingSource, setting: Setting<T>): T {
  for (const key of [setting.key, ...setting.olderKeys]) {
    const text = source(key)
    if (text === undefined) continue
    const value = setting.parse(text)
    if (value !== undefined) return value
    throw new IllegalArgumentException(
      'INVALID_SETTING',
      `The setting ${key} is '${text}'. It must be ${setting.expects.replaceAll('`', '')}. For instance: ${key}=${setting.example}`,
    )
  }
  return setting.defaultValue
}
