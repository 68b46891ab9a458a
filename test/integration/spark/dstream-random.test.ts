// The random DStream programs on Spark. The seed is in the report; MILLSTREAM_RANDOM_SEED runs the same again.
import { after } from 'node:test'
import { IS_LONG } from '../long.ts'
import { startSparkServer } from './spark-server.ts'

const server = await startSparkServer()
after(() => server[Symbol.asyncDispose]())
process.env.SPARK_REMOTE = server.url
process.env.ENGINES = 'spark'
process.env.MILLSTREAM_RANDOM_RUNS ??= IS_LONG ? '30' : '10'
await import('../../model/dstream-random.test.ts')
