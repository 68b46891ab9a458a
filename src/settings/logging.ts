import { booleanSetting, textSetting } from './setting.ts'

const LEVEL = '(?:ALL|TRACE|DEBUG|INFO|WARN|ERROR|FATAL|OFF)'

export const LOG_LEVEL = textSetting('spark.log.level', {
  default: undefined,
  defaultText: '`WARN`',
  expects: '`ALL`, `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR`, `FATAL` or `OFF`',
  pattern: new RegExp(`^${LEVEL}$`, 'i'),
  example: 'INFO',
  doc: 'how grave a line of the log must be to be written; `sc.setLogLevel` changes it',
})

export const LOG_LEVELS = textSetting('millstream.log.levels', {
  default: undefined,
  expects: 'a list of components with their levels, for instance `JobScheduler=INFO,ReceiverTracker=OFF`',
  pattern: new RegExp(`^(?:\\s*[\\w.$]+\\s*=\\s*${LEVEL}\\s*(?:,|$))*$`, 'i'),
  example: 'JobScheduler=INFO',
  doc: 'levels of single components, which are named in each line of the log; they go before `spark.log.level`',
})

export const LOG_FORMAT = textSetting('millstream.log.format', {
  default: undefined,
  defaultText: '`text`',
  expects: '`text` or `json`',
  pattern: /^(?:text|json)$/,
  example: 'json',
  doc: 'lines as Spark writes them, or a JSON object in each line with `ts`, `level`, `msg` and `logger`',
})

export const LOG_FILE = textSetting('millstream.log.file', {
  default: undefined,
  defaultText: 'none: standard error',
  expects: 'a path',
  example: 'millstream.log',
  doc: 'the file that lines of the log are appended to',
})

export const FULL_STACKS = booleanSetting('millstream.errors.fullStacks', {
  default: false,
  doc: "whether stacks of errors keep the frames of Millstream and of Node, and failures are logged in full; the environment's `MILLSTREAM_FULL_STACKS=true` does the same",
})
