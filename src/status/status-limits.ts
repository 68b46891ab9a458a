import { read, type SettingSource } from '../settings/read.ts'
import {
  RETAINED_BATCHES,
  RETAINED_DEAD_WORKERS,
  RETAINED_JOBS,
  RETAINED_STAGES,
  RETAINED_TASKS,
} from '../settings/status.ts'

/** How much of what is over a status store remembers. What runs is remembered in any case. */
export interface StatusLimits {
  readonly jobs: number
  readonly stages: number
  /** Over all stages. */
  readonly tasks: number
  readonly deadWorkers: number
  /** Completed ones. */
  readonly batches: number
}

/** The limits that the settings ask for. @throws IllegalArgumentException for a setting that cannot be read. */
export function statusLimits(source: SettingSource): StatusLimits {
  return {
    jobs: read(source, RETAINED_JOBS),
    stages: read(source, RETAINED_STAGES),
    tasks: read(source, RETAINED_TASKS),
    deadWorkers: read(source, RETAINED_DEAD_WORKERS),
    batches: read(source, RETAINED_BATCHES),
  }
}
