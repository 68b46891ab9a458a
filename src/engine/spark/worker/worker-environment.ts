import type { NetConnectOpts } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { privateDirectoryName } from '../../../task/private-directory.ts'

/** The environment variables of a worker: Spark's own, and those that the archive's start script adds. */
export interface WorkerEnvironment {
  /** The folder for a daemon's Unix socket, or null for TCP on the loopback interface. */
  readonly socketDir: string | null
  /** Where a worker without a daemon finds its executor. */
  readonly connectTo: NetConnectOpts
  /** The secret of TCP connections; null on Unix sockets. */
  readonly secret: string | null
  readonly isReused: boolean
  readonly prefersIpv6: boolean
  /** The folder below which spill files go. */
  readonly localDir: string
  /** Where the executor looks for a report of a worker that crashed, or null. */
  readonly crashDir: string | null
  /** The heap limit of each worker, in MiB. */
  readonly heapMiB: number
  /** How long a daemon without a worker stays. */
  readonly idleMs: number
}

const DEFAULT_IDLE_SECONDS = 60
const MIB = 1024 * 1024
const GRANTED_PART = 0.75
const MACHINE_PART = 0.6
const MIN_HEAP_MIB = 128
const MAX_HEAP_MIB = 4096

/** @throws Error when a variable is missing that every Spark executor sets. */
export function workerEnvironment(env: NodeJS.ProcessEnv): WorkerEnvironment {
  const isUnix = env.PYTHON_UNIX_DOMAIN_ENABLED?.toLowerCase() === 'true'
  const socketPath = env.PYTHON_WORKER_FACTORY_SOCK_PATH
  const usesUnix = isUnix || socketPath !== undefined
  const secret = env.PYTHON_WORKER_FACTORY_SECRET ?? null
  if (!usesUnix && secret === null) {
    throw new Error('PYTHON_WORKER_FACTORY_SECRET is not set: this program is started by a Spark executor')
  }
  const prefersIpv6 = env.SPARK_PREFER_IPV6?.toLowerCase() === 'true'
  const localRoot = env.SPARK_LOCAL_DIRS?.split(',')[0] || os.tmpdir()
  return {
    socketDir: isUnix ? (env.PYTHON_WORKER_FACTORY_SOCK_DIR ?? os.tmpdir()) : null,
    connectTo:
      socketPath === undefined
        ? { host: prefersIpv6 ? '::1' : '127.0.0.1', port: Number(env.PYTHON_WORKER_FACTORY_PORT) }
        : { path: socketPath },
    secret: usesUnix ? null : secret,
    isReused: Boolean(env.SPARK_REUSE_WORKER),
    prefersIpv6,
    localDir: env.MILLSTREAM_LOCAL_DIR ?? path.join(localRoot, privateDirectoryName()),
    crashDir: env.PYTHON_FAULTHANDLER_DIR ?? null,
    heapMiB: heapMiB(env),
    idleMs: (positive(env.MILLSTREAM_DAEMON_IDLE_SECONDS) ?? DEFAULT_IDLE_SECONDS) * 1000,
  }
}

/**
 * The driver's setting; else three quarters of what Spark grants each worker (`spark.executor.pyspark.memory`), as buffers and code need some;
 * else what the embedded engine gives its workers: 60 % of the memory shared by all cores, 4 GiB at most.
 */
function heapMiB(env: NodeJS.ProcessEnv): number {
  const given = positive(env.MILLSTREAM_WORKER_HEAP_MIB)
  if (given !== null) return Math.floor(given)
  const granted = positive(env.PYSPARK_EXECUTOR_MEMORY_MB)
  if (granted !== null) return Math.floor(granted * GRANTED_PART)
  const machine = Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  const share = (machine * MACHINE_PART) / os.availableParallelism() / MIB
  return Math.floor(Math.max(MIN_HEAP_MIB, Math.min(MAX_HEAP_MIB, share)))
}

function positive(text: string | undefined): number | null {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : null
}
