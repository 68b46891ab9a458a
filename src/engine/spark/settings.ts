import { DEFAULT_PARALLELISM } from '../../settings/application.ts'
import { FORCE_SPILL_THRESHOLD, MAX_RESULT_SIZE, SHUFFLE_MEMORY, SPILL_FRACTION } from '../../settings/memory.ts'
import {
  CONNECT_TIMEOUT,
  EXECUTOR_NODE,
  EXECUTOR_NODE_BINARY,
  MAX_DATA_BYTES,
  MAX_IDLE_FILE_BYTES,
  MAX_INLINE_BYTES,
  RECONNECT_TIMEOUT,
  SPARK_WORKER_EXECUTABLE,
  SPARK_WORKER_INPUT_MEMORY,
  SPARK_WORKER_MEMORY,
} from '../../settings/on-spark.ts'
import { read } from '../../settings/read.ts'
import type { Setting } from '../../settings/setting.ts'

const MIB = 1024 * 1024
const DEFAULT_SHUFFLE_BYTES_OF_TASK = 128 * MIB
/** A cluster's cores are not known before the first job. */
const PARALLELISM_OF_UNKNOWN_CLUSTER = 2

/** The Spark engine's limits, each a setting. */
export interface SparkSettings {
  /** `spark.millstream.connectTimeout`: how long the first job waits for the server. */
  readonly connectTimeoutMs: number
  /** `spark.millstream.reconnectTimeout`: how long a job tries to reach a server again that it has lost. */
  readonly reconnectTimeoutMs: number
  /**
   * `spark.default.parallelism`: partitions of a data set when nobody says otherwise. Default 2; a cluster's cores are not known before the
   * first job.
   */
  readonly parallelism: number
  /** `spark.driver.maxResultSize`: bytes that a job's results may have together, 0 for no limit. */
  readonly maxResultBytes: number
  /** `spark.millstream.maxInlineBytes`: data of the driver that a job's plan may hold; above it, it is sent up before, in pieces. */
  readonly maxInlineBytes: number
  /** `spark.millstream.maxDataBytes`: data of the driver that one job may send at all. */
  readonly maxDataBytes: number
  /**
   * `spark.millstream.maxIdleFileBytes`: large captured values that no job needs any more, which a session keeps as files; above it, a new
   * session takes the place of the old one. Default 1g.
   */
  readonly maxIdleFileBytes: number
  /** `spark.millstream.worker.inputMemory`: bytes of one task's input that a worker keeps in memory. */
  readonly inputMemoryBytes: number
  /** `spark.shuffle.memory`: bytes of one task's shuffle output that a worker keeps in memory. */
  readonly shuffleMemoryBytes: number
  /** `spark.memory.spillFraction`: part of a worker's heap in use from which on tables and sort buffers go to disk. */
  readonly spillFraction: number
  /** `spark.shuffle.spill.numElementsForceSpillThreshold`: entries from which on they go to disk whatever the heap says. */
  readonly maxEntries: number
  /** `spark.millstream.worker.executable`: a worker that stands on every executor already, in place of the uploaded archive. */
  readonly workerExecutable: string | null
  /** `spark.millstream.worker.memory`: heap limit of each worker process, in MiB. */
  readonly workerHeapMiB: number | null
  /** `spark.millstream.executor.node`: the path of Node.js on every executor; the archive then brings none. */
  readonly executorNode: string | null
  /** `spark.millstream.executor.nodeBinary`: a node on the driver's machine that is built for the executors' platform. */
  readonly executorNodeBinary: string | null
}

/** Reads the engine's settings. @throws IllegalArgumentException that names the setting. */
export function sparkSettings(conf: ReadonlyMap<string, string>): SparkSettings {
  const setting = <T>(definition: Setting<T>) => read((key) => conf.get(key), definition)
  const workerMemoryBytes = setting(SPARK_WORKER_MEMORY)
  return {
    connectTimeoutMs: setting(CONNECT_TIMEOUT),
    reconnectTimeoutMs: setting(RECONNECT_TIMEOUT),
    parallelism: setting(DEFAULT_PARALLELISM) ?? PARALLELISM_OF_UNKNOWN_CLUSTER,
    maxResultBytes: setting(MAX_RESULT_SIZE),
    maxInlineBytes: setting(MAX_INLINE_BYTES),
    maxDataBytes: setting(MAX_DATA_BYTES),
    maxIdleFileBytes: setting(MAX_IDLE_FILE_BYTES),
    inputMemoryBytes: setting(SPARK_WORKER_INPUT_MEMORY),
    shuffleMemoryBytes: setting(SHUFFLE_MEMORY) ?? DEFAULT_SHUFFLE_BYTES_OF_TASK,
    spillFraction: setting(SPILL_FRACTION),
    maxEntries: setting(FORCE_SPILL_THRESHOLD) ?? Number.MAX_SAFE_INTEGER,
    workerExecutable: setting(SPARK_WORKER_EXECUTABLE) ?? null,
    workerHeapMiB: workerMemoryBytes === undefined ? null : Math.floor(workerMemoryBytes / MIB),
    executorNode: setting(EXECUTOR_NODE) ?? null,
    executorNodeBinary: setting(EXECUTOR_NODE_BINARY) ?? null,
  }
}
