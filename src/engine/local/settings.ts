import os from 'node:os'
import { fraction, size, whole } from '../read-setting.ts'

const MIB = 1024 * 1024

/** The embedded engine's limits, each a setting. */
export interface LocalSettings {
  /** `spark.executor.memory`: heap limit of each worker thread, in MiB. Default: 60 % of the machine's memory shared by all workers, 4 GiB at most. */
  readonly heapMiB: number
  /** `spark.memory.storageFraction`: part of a worker's heap for persisted partitions. Default 0.3. */
  readonly storageFraction: number
  /** `spark.memory.spillFraction`: part of a worker's heap in use from which on tables and sort buffers go to disk. Default 0.6. */
  readonly spillFraction: number
  /** `spark.shuffle.spill.numElementsForceSpillThreshold`: entries from which on they go to disk whatever the heap says. Default: none. */
  readonly maxEntries: number
  /** `spark.shuffle.memory`: bytes of map outputs kept in memory, all workers together; the rest is on disk. Default 256m. */
  readonly shuffleBytes: number
  /** `spark.shuffle.retained`: shuffles whose output is kept for later jobs on the same lineage. Default 200. */
  readonly maxShuffles: number
  /** `spark.storage.memory`: bytes of serialised persisted partitions in memory, all workers together. Default 512m. */
  readonly cacheBytes: number
  /** `spark.driver.maxResultSize`: bytes that a job's results may have together, 0 for no limit. Default 1g. */
  readonly maxResultBytes: number
  /** `spark.local.dir`: where a folder for shuffle, spill and cache files is made. Default: the system's temporary folder. */
  readonly localRoot: string
  /** `spark.task.maxWorkerDeaths`: how often a task may take its worker down before its job fails. Default 3. */
  readonly maxWorkerDeaths: number
}

/** Reads the engine's settings. @throws IllegalArgumentException that names the setting. */
export function localSettings(conf: ReadonlyMap<string, string>, workers: number): LocalSettings {
  return {
    heapMiB: Math.floor(size(conf, 'spark.executor.memory', defaultHeapBytes(workers)) / MIB),
    storageFraction: fraction(conf, 'spark.memory.storageFraction', 0.3),
    spillFraction: fraction(conf, 'spark.memory.spillFraction', 0.6),
    maxEntries: whole(conf, 'spark.shuffle.spill.numElementsForceSpillThreshold', Number.MAX_SAFE_INTEGER),
    shuffleBytes: size(conf, 'spark.shuffle.memory', 256 * MIB),
    maxShuffles: whole(conf, 'spark.shuffle.retained', 200),
    cacheBytes: size(conf, 'spark.storage.memory', 512 * MIB),
    maxResultBytes: size(conf, 'spark.driver.maxResultSize', 1024 * MIB),
    localRoot: conf.get('spark.local.dir') ?? os.tmpdir(),
    maxWorkerDeaths: whole(conf, 'spark.task.maxWorkerDeaths', 3),
  }
}

function defaultHeapBytes(workers: number): number {
  return Math.min(4096 * MIB, Math.max(256 * MIB, (os.totalmem() * 0.6) / workers))
}
