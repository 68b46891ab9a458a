import { after, before, describe } from 'node:test'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { SparkConf } from '../../../src/settings/spark-conf.ts'
import { testOnContext } from '../../differential/dstream/compare.ts'
import { PYSPARK, type Recorded, SPARK } from '../../differential/dstream/programs.ts'
import { IS_LONG } from '../long.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

const DAY_MS = 86_400_000
/** Every STEP-th of the recorded programs runs, other ones each day; in the long form all of them. */
const STEP = IS_LONG ? 1 : 12
/** Which of them; the same again with MILLSTREAM_PROGRAMS_FROM. */
const FROM = Number(process.env.MILLSTREAM_PROGRAMS_FROM ?? Math.floor(Date.now() / DAY_MS)) % STEP

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

describe(`every ${STEP}. program, with MILLSTREAM_PROGRAMS_FROM=${FROM}`, () => {
  for (const recorded of [SPARK, PYSPARK] satisfies Recorded[]) {
    const programs = Object.entries(recorded.programs).filter((_, i) => i % STEP === FROM)
    testOnContext(() => sc, recorded, Object.fromEntries(programs))
  }
})
