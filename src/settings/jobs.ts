import { booleanSetting, integerSetting, sizeSetting, textSetting } from './setting.ts'

export const LIMIT_INITIAL_NUM_PARTITIONS = integerSetting('spark.rdd.limit.initialNumPartitions', {
  default: 1,
  min: 1,
  doc: 'partitions that `take` looks at first',
})

export const LIMIT_SCALE_UP_FACTOR = integerSetting('spark.rdd.limit.scaleUpFactor', {
  default: 4,
  min: 1,
  doc: 'factor by which `take` looks at more partitions when the first ones held too little; `1` counts as `2`',
})

export const VALIDATE_OUTPUT_SPECS = booleanSetting('spark.hadoop.validateOutputSpecs', {
  default: true,
  doc: 'whether saving into a directory that exists is refused',
})

export const FILES_OPEN_COST_IN_BYTES = sizeSetting('spark.files.openCostInBytes', {
  default: 4 * 1024 * 1024,
  min: 0,
  doc: 'what opening a file counts as, in bytes that could be read meanwhile, where `binaryFiles` packs files into partitions; also the least that a partition aims at',
})

export const FILES_MAX_PARTITION_BYTES = sizeSetting('spark.files.maxPartitionBytes', {
  default: 128 * 1024 * 1024,
  min: 1,
  doc: 'the most that `binaryFiles` packs into one partition before it begins another',
})

export const SCHEDULER_MODE = textSetting('spark.scheduler.mode', {
  default: 'FIFO',
  expects: '`FIFO` or `FAIR`',
  pattern: /^(?:FIFO|FAIR)$/i,
  doc: 'whose tasks run first: `FIFO`, those of the earliest job; `FAIR`, those of the pool that has least, by the local property `spark.scheduler.pool`',
})

export const SCHEDULER_ALLOCATION_FILE = textSetting('spark.scheduler.allocation.file', {
  default: undefined,
  expects: 'a file',
  example: 'fairscheduler.xml',
  doc: 'XML file of the pools of `spark.scheduler.mode` `FAIR`, in the format of Spark’s `fairscheduler.xml`',
})

export const CANCELLED_JOB_GROUPS_TO_TRACK = integerSetting('spark.scheduler.numCancelledJobGroupsToTrack', {
  default: 1000,
  min: 0,
  doc: 'groups given to `cancelJobGroupAndFutureJobs` whose later jobs are cancelled; the oldest is forgotten first',
})
