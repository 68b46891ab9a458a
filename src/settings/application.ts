import { booleanSetting, integerSetting, textSetting } from './setting.ts'

export const MASTER = textSetting('spark.master', {
  default: undefined,
  defaultText: 'none, required',
  expects: 'a master URL: `local`, `local[N]`, `local[*]`, `local[N,F]`, `local[*,F]` or `sc://host:port`',
  example: 'local[4]',
  doc: 'where the program runs: on N worker threads with F tries for each task, or on Spark',
})

export const APP_NAME = textSetting('spark.app.name', {
  default: undefined,
  defaultText: 'none, required',
  expects: 'a name',
  example: 'counts',
  doc: 'the name of the application',
})

export const DEPLOY_MODE = textSetting('spark.submit.deployMode', {
  default: 'client',
  expects: '`client`, as the driver is the process that is started, or `cluster`',
  pattern: /^(?:client|cluster)$/,
  doc: 'what `sc.deployMode` gives',
})

export const DEFAULT_PARALLELISM = integerSetting('spark.default.parallelism', {
  default: undefined,
  defaultText: 'the number of worker threads; on Spark `2`',
  min: 1,
  example: '4',
  doc: 'partitions of a data set when nobody says otherwise',
})

export const LOCAL_DIR = textSetting('spark.local.dir', {
  default: undefined,
  defaultText: "the system's temporary directory",
  expects: 'a directory',
  example: '/var/tmp',
  doc: 'where a folder for shuffles, spills, persisted partitions and received blocks is made; `stop()` removes the folder',
})

export const SHOW_CONSOLE_PROGRESS = booleanSetting('spark.ui.showConsoleProgress', {
  default: true,
  doc: 'whether a progress bar is shown on standard error, if standard error is a terminal',
})
