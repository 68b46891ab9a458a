import { executorArchive, WORKER_PROGRAM } from './archive/index.ts'
import { addArtifact } from './connect/artifacts.ts'
import type { ConnectSession } from './connect/session.ts'
import type { SparkSettings } from './settings.ts'

/** The session setting that names the program an executor starts for functions that are not the JVM's. */
const PROGRAM_SETTING = 'spark.sql.execution.pyspark.python'
/** The folder, in a session's working directory on each executor, into which Spark unpacks the archive. */
const FOLDER = 'millstream'

/** Makes the session's executors run Millstream's worker: a program that is there already, or the one of the archive, which is sent up. */
export async function prepareExecutors(session: ConnectSession, settings: SparkSettings): Promise<void> {
  const { workerExecutable, executorNode, executorNodeBinary } = settings
  if (workerExecutable === null) {
    const archive = await executorArchive({ installedNode: executorNode, nodeBinary: executorNodeBinary })
    await addArtifact(session, { name: `archives/${FOLDER}.tgz#${FOLDER}`, content: { path: archive.path } })
  }
  await session.setConfig({ [PROGRAM_SETTING]: workerExecutable ?? `${FOLDER}/${WORKER_PROGRAM}` })
}
