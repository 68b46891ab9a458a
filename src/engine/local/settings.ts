import os from 'node:os'
import { LOCAL_DIR } from '../../settings/application.ts'
import { SCHEDULER_ALLOCATION_FILE, SCHEDULER_MODE } from '../../settings/jobs.ts'
import {
  EXECUTOR_MEMORY,
  FORCE_SPILL_THRESHOLD,
  MAX_RESULT_SIZE,
  MAX_WORKER_DEATHS,
  SHUFFLE_MEMORY,
  SHUFFLE_RETAINED,
  SPILL_FRACTION,
  STORAGE_FRACTION,
  STORAGE_MEMORY,
} from '../../settings/memory.ts'
import { read } from '../../settings/read.ts'
import type { Setting } from '../../settings/setting.ts'

const MIB = 1024 * 1024
const DEFAULT_SHUFFLE_BYTES = 256 * MIB

/** The embedded engine's limits, each a setting. */
export interface LocalSettings {
  /** `spark.executor.memory`: heap limit of each worker thread, in MiB. */
  readonly heapMiB: number
  /** `spark.memory.storageFraction`: part of a worker's heap for persisted partitions. */
  readonly storageFraction: number
  /** `spark.memory.spillFraction`: part of a worker's heap in use from which on tables and sort buffers go to disk. */
  readonly spillFraction: number
  /** `spark.shuffle.spill.numElementsForceSpillThreshold`: entries from which on they go to disk whatever the heap says. */
  readonly maxEntries: number
  /** `spark.shuffle.memory`: bytes of map outputs kept in memory, all workers together; the rest is on disk. */
  readonly shuffleBytes: number
  /** `spark.shuffle.retained`: shuffles whose output is kept for later jobs on the same lineage. */
  readonly maxShuffles: number
  /** `spark.storage.memory`: bytes of serialised persisted partitions in memory, all workers together. */
  readonly cacheBytes: number
  /** `spark.driver.maxResultSize`: bytes that a job's results may have together, 0 for no limit. */
  readonly maxResultBytes: number
  /** `spark.local.dir`: where a folder for shuffle, spill and cache files is made. */
  readonly localRoot: string
  /** `spark.task.maxWorkerDeaths`: how often a task may take its worker down before its job fails. */
  readonly maxWorkerDeaths: number
  /** `spark.scheduler.mode`. */
  readonly schedulerMode: 'FIFO' | 'FAIR'
  /** `spark.scheduler.allocation.file`; null for none. */
  readonly allocationFile: string | null
}

/** Reads the engine's settings. @throws IllegalArgumentException that names the setting. */
export function localSettings(conf: ReadonlyMap<string, string>, workers: number): LocalSettings {
  const setting = <T>(definition: Setting<T>) => read((key) => conf.get(key), definition)
  return {
    heapMiB: Math.floor((setting(EXECUTOR_MEMORY) ?? defaultHeapBytes(workers)) / MIB),
    storageFraction: setting(STORAGE_FRACTION),
    spillFraction: setting(SPILL_FRACTION),
    maxEntries: setting(FORCE_SPILL_THRESHOLD) ?? Number.MAX_SAFE_INTEGER,
    shuffleBytes: setting(SHUFFLE_MEMORY) ?? DEFAULT_SHUFFLE_BYTES,
    maxShuffles: setting(SHUFFLE_RETAINED),
    cacheBytes: setting(STORAGE_MEMORY),
    maxResultBytes: setting(MAX_RESULT_SIZE),
    localRoot: setting(LOCAL_DIR) ?? os.tmpdir(),
    maxWorkerDeaths: setting(MAX_WORKER_DEATHS),
    schedulerMode: setting(SCHEDULER_MODE).toUpperCase() === 'FAIR' ? 'FAIR' : 'FIFO',
    allocationFile: setting(SCHEDULER_ALLOCATION_FILE) ?? null,
  }
}

function defaultHeapBytes(workers: number): number {
  return Math.min(4096 * MIB, Math.max(256 * MIB, (os.totalmem() * 0.6) / workers))
}
