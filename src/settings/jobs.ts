import { booleanSetting, integerSetting } from './setting.ts'

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
