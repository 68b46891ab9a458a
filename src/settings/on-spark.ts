import { sizeSetting, textSetting, timeSetting } from './setting.ts'

const MIB = 1024 * 1024

export const CONNECT_TIMEOUT = timeSetting('spark.millstream.connectTimeout', {
  default: 30_000,
  unit: 's',
  min: 0,
  doc: 'how long the first job waits for the server',
})

export const RECONNECT_TIMEOUT = timeSetting('spark.millstream.reconnectTimeout', {
  default: 600_000,
  unit: 's',
  min: 0,
  doc: 'how long a job tries to reach a server again that it has lost',
})

export const MAX_INLINE_BYTES = sizeSetting('spark.millstream.maxInlineBytes', {
  default: 48 * MIB,
  min: 0,
  doc: "data of the driver in a job's plan; above it, the data is sent before, in pieces",
})

export const MAX_DATA_BYTES = sizeSetting('spark.millstream.maxDataBytes', {
  default: 1024 * MIB,
  min: 0,
  doc: 'data of the driver that one job may send at all',
})

export const MAX_IDLE_FILE_BYTES = sizeSetting('spark.millstream.maxIdleFileBytes', {
  default: 1024 * MIB,
  min: 0,
  doc: "large captured values that no job needs any more, above which a new session takes the old one's place",
})

export const SPARK_WORKER_MEMORY = sizeSetting('spark.millstream.worker.memory', {
  default: undefined,
  defaultText: "a share of the executor's machine, `4g` at most",
  min: MIB,
  example: '1g',
  doc: 'heap limit of each worker process',
})

export const SPARK_WORKER_INPUT_MEMORY = sizeSetting('spark.millstream.worker.inputMemory', {
  default: 256 * MIB,
  min: 0,
  doc: "bytes of one task's input in a worker's memory; the rest is in a file",
})

export const EXECUTOR_NODE = textSetting('spark.millstream.executor.node', {
  default: undefined,
  expects: 'a path on the executors',
  example: '/usr/local/bin/node',
  doc: "a Node that every executor has at that path, in place of the archive's",
})

export const EXECUTOR_NODE_BINARY = textSetting('spark.millstream.executor.nodeBinary', {
  default: undefined,
  defaultText: 'the one that runs the program',
  expects: "a path on the driver's machine",
  example: '/opt/node-linux-arm64/bin/node',
  doc: "a Node on the driver's machine for the executors' platform",
})

export const SPARK_WORKER_EXECUTABLE = textSetting('spark.millstream.worker.executable', {
  default: undefined,
  expects: 'a path on the executors',
  example: '/opt/millstream/bin/worker',
  doc: 'a worker that every executor has at that path, in place of the archive',
})
