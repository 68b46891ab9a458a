import type { ConnectSession } from './connect/session.ts'
import type { SparkSettings } from './settings.ts'

/** The session setting that names the program an executor starts for functions that are not the JVM's. */
const WORKER_PROGRAM = 'spark.sql.execution.pyspark.python'

/** Makes the session's executors run Millstream's worker. */
export async function prepareExecutors(session: ConnectSession, settings: SparkSettings): Promise<void> {
  await session.setConfig({ [WORKER_PROGRAM]: settings.workerExecutable ?? 'millstream/bin/worker' })
}
