import { ConnectChannel } from '../../connect/channel.ts'
import { isServiceError } from '../../connect/errors.ts'
import { isTransient, retryingFor } from '../../connect/retry.ts'
import { ConnectSession } from '../../connect/session.ts'
import { type ConnectUrl, redacted } from '../../connect/url.ts'
import { log } from '../../log.ts'
import { systemTimeMs } from '../../system-clock.ts'
import { SparkCluster } from './cluster.ts'
import { prepareExecutors } from './executors.ts'
import { javascriptErrors } from './function-errors.ts'
import { FILE_SETTINGS } from './plan/file-relations.ts'
import type { SparkSettings } from './settings.ts'
import type { ShippedPayloads } from './shipped-payloads.ts'
import { connectError, isLasting, UnsupportedSparkVersionError } from './spark-errors.ts'

/** Versions of Spark whose workers' protocol is known. */
const SUPPORTED_VERSIONS = ['4.1', '4.2', '4.3'] as const
/** A server that does not answer yet is asked again after this long. */
const ASK_AGAIN_MS = 250

/** Session settings without which jobs would be slower or wrong. A setting that the server does not know is skipped. */
const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  // Plans are small and their partitions given: planning again between stages only costs time.
  'spark.sql.adaptive.enabled': 'false',
  // Each task would generate Java for the few rows that it moves, to find that it is compiled already: a tenth of a small batch.
  'spark.sql.codegen.factoryMode': 'NO_CODEGEN',
  // Rows are few and large: a batch of the default 10000 rows could be larger than a worker's memory.
  'spark.sql.execution.arrow.maxBytesPerBatch': String(32 * 1024 * 1024),
  'spark.sql.execution.arrow.compression.codec': 'none',
  // The server would keep the last 32 plans with the data in them, and no two of ours are the same.
  'spark.connect.session.planCache.enabled': 'false',
  // No later job reads a shuffle of an earlier one.
  'spark.sql.connect.shuffleDependency.fileCleanup.enabled': 'true',
  // How far the tasks are, for progress bars: Spark would tell each two seconds.
  'spark.connect.progress.reportInterval': '500ms',
  // A worker that crashes leaves a report, which Spark puts into the error of its task.
  'spark.sql.execution.pyspark.udf.faulthandler.enabled': 'true',
}

export { addArtifact } from '../../connect/artifacts.ts'

/** The options of a connection to a cluster. */
export interface ClusterOptions {
  readonly masterUrl: string
  readonly url: ConnectUrl
  readonly version: string
  readonly settings: SparkSettings
  readonly conf: ReadonlyMap<string, string>
  readonly payloads: ShippedPayloads
  readonly signal: AbortSignal
  /** Settings of the cluster's file systems. */
  readonly hadoopSettings: Readonly<Record<string, string>>
}

/** Where every session finds the id of the server's application. */
const APPLICATION_ID = 'spark.app.id'

/**
 * Opens a session on the server and makes the executors ready to run functions. When it fails, no session is left behind.
 * @throws SparkException that says why, within `spark.millstream.connectTimeout`
 */
export async function connectCluster(options: ClusterOptions): Promise<SparkCluster> {
  const { url, settings } = options
  const channel = new ConnectChannel(url)
  const session = new ConnectSession(channel, url, {
    version: options.version,
    retry: retryingFor(settings.reconnectTimeoutMs),
    settings: { ...options.hadoopSettings, ...SESSION_SETTINGS, ...FILE_SETTINGS },
    functionErrors: javascriptErrors,
  })
  const deadline = systemTimeMs() + settings.connectTimeoutMs
  try {
    const sparkVersion = await askVersion(session, deadline, options)
    if (!SUPPORTED_VERSIONS.some((known) => sparkVersion.startsWith(`${known}.`))) {
      throw new UnsupportedSparkVersionError(sparkVersion, SUPPORTED_VERSIONS)
    }
    await session.applySettings()
    await prepareExecutors(session, settings)
    log('INFO', 'SparkEngine', `Connected to Spark ${sparkVersion} at ${redacted(options.masterUrl)}`)
    const applicationId = (await session.config.getOption([APPLICATION_ID])).get(APPLICATION_ID) ?? null
    return new SparkCluster(session, { sparkVersion, applicationId }, settings, options.payloads)
  } catch (error) {
    await session.release(systemTimeMs() + 1000).catch(() => {})
    channel.close()
    throw error
  }
}

async function askVersion(session: ConnectSession, deadline: number, options: ClusterOptions): Promise<string> {
  for (;;) {
    try {
      return await session.greet(deadline)
    } catch (error) {
      const isLate = systemTimeMs() + ASK_AGAIN_MS >= deadline
      if (isLate || !isTransient(error) || isLasting(error) || options.signal.aborted) {
        throw isServiceError(error) ? connectError(error, options, await session.errorOf(error)) : error
      }
      await session.wait(ASK_AGAIN_MS, options.signal)
    }
  }
}
