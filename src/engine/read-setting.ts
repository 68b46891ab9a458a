import { IllegalArgumentException } from '../errors.ts'
import { parseSizeBytes } from '../settings/conf-units.ts'

/** A size in bytes, for instance `64m`. @throws IllegalArgumentException that names the setting. */
export function size(conf: ReadonlyMap<string, string>, key: string, fallback: number): number {
  const text = conf.get(key)
  return text === undefined ? fallback : parseSizeBytes(key, text)
}

/** A whole number above 0. @throws IllegalArgumentException that names the setting. */
export function whole(conf: ReadonlyMap<string, string>, key: string, fallback: number): number {
  const text = conf.get(key)
  if (text === undefined) return fallback
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new IllegalArgumentException('INVALID_SETTING', `${key} is '${text}'; it must be a whole number above 0`)
}

/** A part: above 0 and up to 1. @throws IllegalArgumentException that names the setting. */
export function fraction(conf: ReadonlyMap<string, string>, key: string, fallback: number): number {
  const text = conf.get(key)
  if (text === undefined) return fallback
  const value = Number(text)
  if (value > 0 && value <= 1) return value
  throw new IllegalArgumentException('INVALID_SETTING', `${key} is '${text}'; it must be a number above 0 and up to 1`)
}
