import { after, before, describe } from 'node:test'
import { SparkContext } from '../../src/context/spark-context.ts'
import { SparkConf } from '../../src/settings/spark-conf.ts'
import { useReferenceEngine } from './use-reference-engine.ts'

const ENGINES = ['reference', 'local', 'spark'] as const

/**
 * Defines the same tests for the reference engine and for the embedded one, each on a context of its own with two cores, and for Spark
 * where `SPARK_REMOTE` gives the URL of a Spark Connect server. The environment variable `ENGINES=reference` leaves the other ones out.
 * @param define gets the context, which is there once a test runs, and which engine it is on.
 */
export function onEachEngine(
  define: (context: () => SparkContext, engine: (typeof ENGINES)[number]) => void,
  settings: Readonly<Record<string, string>> = {},
): void {
  const remote = process.env.SPARK_REMOTE
  const wanted = process.env.ENGINES?.split(',') ?? ENGINES.filter((one) => one !== 'spark' || remote !== undefined)
  for (const engine of ENGINES.filter((one) => wanted.includes(one))) {
    describe(`on the ${engine} engine`, () => {
      let sc: SparkContext
      let stopUsing = () => {}
      before(() => {
        if (engine === 'reference') stopUsing = useReferenceEngine()
        const master = engine === 'spark' ? (remote ?? 'sc://localhost') : 'local[2]'
        const conf = new SparkConf(false).setMaster(master).setAppName('tests')
        if (engine === 'spark') for (const [key, value] of workerSettings()) conf.set(key, value)
        for (const [key, value] of Object.entries(settings)) conf.set(key, value)
        sc = new SparkContext(conf)
      })
      after(async () => {
        await sc.stop()
        stopUsing()
      })
      define(() => sc, engine)
    })
  }
}

/** A worker that stands on the executors already, in place of the archive: `SPARK_REMOTE_WORKER` is its path. */
function workerSettings(): [string, string][] {
  const executable = process.env.SPARK_REMOTE_WORKER
  return executable === undefined ? [] : [['spark.millstream.worker.executable', executable]]
}
