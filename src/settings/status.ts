import { integerSetting } from './setting.ts'

export const RETAINED_JOBS = integerSetting('spark.ui.retainedJobs', {
  default: 1000,
  min: 1,
  doc: 'ended jobs that the status store remembers',
})

export const RETAINED_STAGES = integerSetting('spark.ui.retainedStages', {
  default: 1000,
  min: 1,
  doc: 'ended stages that the status store remembers',
})

export const RETAINED_TASKS = integerSetting('spark.ui.retainedTasks', {
  default: 100_000,
  min: 1,
  doc: 'tasks that the status store remembers, those of the oldest stages forgotten first',
})

export const RETAINED_DEAD_WORKERS = integerSetting('spark.ui.retainedDeadExecutors', {
  default: 100,
  min: 1,
  doc: 'workers that died and that the status store remembers',
})

export const RETAINED_BATCHES = integerSetting('spark.streaming.ui.retainedBatches', {
  default: 1000,
  min: 1,
  doc: 'completed batches that the status store remembers',
})
