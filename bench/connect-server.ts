import { type SparkServer, startSparkServer } from '../test/integration/spark/spark-server.ts'
import type { SparkInstallation } from './spark-installation.ts'

export type { SparkServer }

/** Little enough for a machine that does other things too, and more than the benchmarks take. */
const MEMORY = '2g'

/** Starts a Spark Connect server with two cores of this machine. */
export function startConnectServer(
  { home }: SparkInstallation,
  settings: Readonly<Record<string, string>> = {},
): Promise<SparkServer> {
  // The one that the programs beside it run on.
  process.env.SPARK_HOME ??= home
  return startSparkServer({ 'spark.driver.memory': MEMORY, ...settings })
}
