import { addArtifact } from '../../connect/artifacts.ts'
import type { ConnectSession } from '../../connect/session.ts'
import {
  type Archive,
  executorArchive,
  ownPlatform,
  type Platform,
  platformOfBinary,
  WORKER_PROGRAM,
} from './archive/index.ts'
import type { SparkSettings } from './settings.ts'

/** The session setting that names the program an executor starts for functions that are not the JVM's. */
const PROGRAM_SETTING = 'spark.sql.execution.pyspark.python'
/** The folder, in a session's working directory on each executor, into which Spark unpacks the archive. */
const FOLDER = 'millstream'

/** Makes the session's executors run Millstream's worker: an installed program, or the program in an archive that is uploaded. */
export async function prepareExecutors(session: ConnectSession, settings: SparkSettings): Promise<void> {
  const { workerExecutable, executorNode, executorNodeBinary, workerHeapMiB } = settings
  if (workerExecutable === null) {
    const archive = await executorArchive({
      installedNode: executorNode,
      nodeBinary: executorNodeBinary,
      heapMiB: workerHeapMiB,
    })
    await sendArchive(session, FOLDER, archive)
  }
  await session.config.set({ [PROGRAM_SETTING]: workerExecutable ?? `${FOLDER}/${WORKER_PROGRAM}` })
}

/** Sends an archive up; each executor unpacks it as `folder` in the session's working directory. */
export async function sendArchive(session: ConnectSession, folder: string, archive: Archive): Promise<void> {
  await addArtifact(session, { name: `archives/${folder}.tgz#${folder}`, content: { path: archive.path } })
}

/** The platform of the executors, as far as the driver knows it: that of the node which it sends. */
export function executorPlatform({
  workerExecutable,
  executorNode,
  executorNodeBinary,
}: SparkSettings): Platform | null {
  if (workerExecutable !== null || executorNode !== null) return null
  return executorNodeBinary === null ? ownPlatform() : platformOfBinary(executorNodeBinary)
}
