import { integerSetting, numberSetting, sizeSetting } from './setting.ts'

const MIB = 1024 * 1024

export const EXECUTOR_MEMORY = sizeSetting('spark.executor.memory', {
  default: undefined,
  defaultText: "60 % of the machine's memory shared by the workers, 256 MiB to 4 GiB each",
  min: MIB,
  example: '1g',
  doc: 'heap limit of each worker thread',
})

export const STORAGE_FRACTION = numberSetting('spark.memory.storageFraction', {
  default: 0.3,
  above: 0,
  max: 1,
  doc: "part of a worker's heap for partitions persisted as objects",
})

export const SPILL_FRACTION = numberSetting('spark.memory.spillFraction', {
  default: 0.6,
  above: 0,
  max: 1,
  doc: "part of a worker's heap in use from which on tables and sort buffers go to disk",
})

export const FORCE_SPILL_THRESHOLD = integerSetting('spark.shuffle.spill.numElementsForceSpillThreshold', {
  default: undefined,
  defaultText: 'no limit',
  min: 1,
  example: '1000000',
  doc: 'entries from which on a table or sort buffer goes to disk whatever the heap says',
})

export const SHUFFLE_MEMORY = sizeSetting('spark.shuffle.memory', {
  default: undefined,
  defaultText: '`256m`; on Spark `128m`',
  min: 0,
  example: '256m',
  doc: 'map outputs in memory, of all workers together or, on Spark, of one task; the rest is on disk',
})

export const SHUFFLE_RETAINED = integerSetting('spark.shuffle.retained', {
  default: 200,
  min: 1,
  doc: 'shuffles whose output is kept for later jobs over the same lineage',
})

export const STORAGE_MEMORY = sizeSetting('spark.storage.memory', {
  default: 512 * MIB,
  min: 0,
  doc: 'persisted partitions as bytes in memory, of all workers together',
})

export const MAX_RESULT_SIZE = sizeSetting('spark.driver.maxResultSize', {
  default: 1024 * MIB,
  min: 0,
  doc: "limit for a job's results together; `0` is no limit",
})

export const MAX_WORKER_DEATHS = integerSetting('spark.task.maxWorkerDeaths', {
  default: 3,
  min: 1,
  doc: 'how often a task may take its worker down before the job fails',
})
