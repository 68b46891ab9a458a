import { after, before, describe } from 'node:test'
import { SparkConf } from '../../src/context/spark-conf.ts'
import { SparkContext } from '../../src/context/spark-context.ts'
import { useReferenceEngine } from './use-reference-engine.ts'

const ENGINES = ['reference', 'local'] as const

/**
 * Defines the same tests for the reference engine and for the embedded one, each on a context of its own with two cores. The environment
 * variable `ENGINES=reference` leaves the other one out.
 * @param define gets the context, which is there once a test runs, and which engine it is on.
 */
export function onEachEngine(
  define: (context: () => SparkContext, engine: (typeof ENGINES)[number]) => void,
  settings: Readonly<Record<string, string>> = {},
): void {
  const wanted = process.env.ENGINES?.split(',') ?? ENGINES
  for (const engine of ENGINES.filter((one) => wanted.includes(one))) {
    describe(`on the ${engine} engine`, () => {
      let sc: SparkContext
      let stopUsing = () => {}
      before(() => {
        if (engine === 'reference') stopUsing = useReferenceEngine()
        const conf = new SparkConf(false).setMaster('local[2]').setAppName('tests')
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
