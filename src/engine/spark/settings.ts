import { parseSizeBytes, parseTimeMs } from '../../settings/conf-units.ts'
import { fraction, size, whole } from '../read-setting.ts'

const MIB = 1024 * 1024

/** The Spark engine's limits, each a setting. */
export interface SparkSettings {
  /** `spark.millstream.connectTimeout`: how long the first job waits for the server. Default 30s. */
  readonly connectTimeoutMs: number
  /** `spark.millstream.reconnectTimeout`: how long a job tries to reach a server again that it has lost. Default 10m. */
  readonly reconnectTimeoutMs: number
  /**
   * `spark.default.parallelism`: partitions of a data set when nobody says otherwise. Default 2; a cluster's cores are not known before the
   * first job.
   */
  readonly parallelism: number
  /** `spark.driver.maxResultSize`: bytes that a job's results may have together, 0 for no limit. Default 1g. */
  readonly maxResultBytes: number
  /** `spark.millstream.maxInlineBytes`: data of the driver that a job's plan may hold; above it, it is sent up before, in pieces. Default 48m. */
  readonly maxInlineBytes: number
  /** `spark.millstream.maxDataBytes`: data of the driver that one job may send at all. Default 1g. */
  readonly maxDataBytes: number
  /**
   * `spark.millstream.maxIdleFileBytes`: large captured values that no job needs any more, which a session keeps as files; above it, a new
   * session takes the place of the old one. Default 1g.
   */
  readonly maxIdleFileBytes: number
  /** `spark.millstream.worker.inputMemory`: bytes of one task's input that a worker keeps in memory. Default 256m. */
  readonly inputMemoryBytes: number
  /** `spark.shuffle.memory`: bytes of one task's shuffle output that a worker keeps in memory. Default 128m. */
  readonly shuffleMemoryBytes: number
  /** `spark.memory.spillFraction`: part of a worker's heap in use from which on tables and sort buffers go to disk. Default 0.6. */
  readonly spillFraction: number
  /** `spark.shuffle.spill.numElementsForceSpillThreshold`: entries from which on they go to disk whatever the heap says. Default: none. */
  readonly maxEntries: number
  /** `spark.millstream.worker.executable`: a worker that stands on every executor already, in place of the uploaded archive. */
  readonly workerExecutable: string | null
  /** `spark.millstream.worker.memory`: heap limit of each worker process, in MiB. Default: a share of the executor's machine, 4g at most. */
  readonly workerHeapMiB: number | null
  /** `spark.millstream.executor.node`: the path of Node.js on every executor; the archive then brings none. */
  readonly executorNode: string | null
  /** `spark.millstream.executor.nodeBinary`: a node on the driver's machine that is built for the executors' platform. */
  readonly executorNodeBinary: string | null
}

/** Reads the engine's settings. @throws IllegalArgumentException that names the setting. */
export function sparkSettings(conf: ReadonlyMap<string, string>): SparkSettings {
  return {
    connectTimeoutMs: time(conf, 'spark.millstream.connectTimeout', 30_000),
    reconnectTimeoutMs: time(conf, 'spark.millstream.reconnectTimeout', 600_000),
    parallelism: whole(conf, 'spark.default.parallelism', 2),
    maxResultBytes: size(conf, 'spark.driver.maxResultSize', 1024 * MIB),
    maxInlineBytes: size(conf, 'spark.millstream.maxInlineBytes', 48 * MIB),
    maxDataBytes: size(conf, 'spark.millstream.maxDataBytes', 1024 * MIB),
    maxIdleFileBytes: size(conf, 'spark.millstream.maxIdleFileBytes', 1024 * MIB),
    inputMemoryBytes: size(conf, 'spark.millstream.worker.inputMemory', 256 * MIB),
    shuffleMemoryBytes: size(conf, 'spark.shuffle.memory', 128 * MIB),
    spillFraction: fraction(conf, 'spark.memory.spillFraction', 0.6),
    maxEntries: whole(conf, 'spark.shuffle.spill.numElementsForceSpillThreshold', Number.MAX_SAFE_INTEGER),
    workerExecutable: conf.get('spark.millstream.worker.executable') ?? null,
    workerHeapMiB: heapMiB(conf.get('spark.millstream.worker.memory')),
    executorNode: conf.get('spark.millstream.executor.node') ?? null,
    executorNodeBinary: conf.get('spark.millstream.executor.nodeBinary') ?? null,
  }
}

function heapMiB(text: string | undefined): number | null {
  return text === undefined ? null : Math.floor(parseSizeBytes('spark.millstream.worker.memory', text) / MIB)
}

function time(conf: ReadonlyMap<string, string>, key: string, fallback: number): number {
  const text = conf.get(key)
  return text === undefined ? fallback : parseTimeMs(key, text, 's')
}
