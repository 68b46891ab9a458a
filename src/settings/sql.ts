import { booleanSetting, integerSetting, textSetting } from './setting.ts'

export const SESSION_TIME_ZONE = textSetting('spark.sql.session.timeZone', {
  default: undefined,
  defaultText: "the machine's",
  expects: 'a time zone: `Europe/Berlin`, `UTC`, `+01:00`',
  example: 'UTC',
  doc: 'in which zone timestamps are printed, and read where they say none',
})

export const ANSI_ENABLED = booleanSetting('spark.sql.ansi.enabled', {
  default: true,
  doc: 'whether overflows, divisions by zero and casts that fail are errors; the embedded engine has no other mode yet',
})

export const SHUFFLE_PARTITIONS = integerSetting('spark.sql.shuffle.partitions', {
  default: undefined,
  defaultText: 'as many as cores',
  min: 1,
  example: '8',
  doc: 'partitions of what is joined or grouped',
})
