import { after, before } from 'node:test'
import { SparkConf } from '../../../src/context/spark-conf.ts'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { testOnContext } from '../../differential/dstream/compare.ts'
import { PYSPARK, type Recorded, SPARK } from '../../differential/dstream/programs.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

/** Every so many of the recorded programs are run; all of them with MILLSTREAM_ALL_PROGRAMS. */
const STEP = process.env.MILLSTREAM_ALL_PROGRAMS === undefined ? 8 : 1

let server: SparkServer
let sc: SparkContext

before(async () => {
  server = await startSparkServer()
  sc = new SparkContext(new SparkConf(false).setMaster(server.url).setAppName('dstream programs'))
})
after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
})

for (const recorded of [SPARK, PYSPARK] satisfies Recorded[]) {
  const programs = Object.entries(recorded.programs).filter((_, i) => i % STEP === 0)
  testOnContext(() => sc, recorded, Object.fromEntries(programs))
}
