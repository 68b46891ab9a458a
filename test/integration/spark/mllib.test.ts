// The recorded runs of millstream/mllib on Spark: the numbers are those of the embedded engine, and of Spark's own MLlib. A part of them in the short form.
import { after } from 'node:test'
import { IS_LONG } from '../long.ts'
import { startSparkServer } from './spark-server.ts'

const server = await startSparkServer()
after(() => server[Symbol.asyncDispose]())
process.env.MLLIB_MASTER = server.url
process.env.MLLIB_PART ??= IS_LONG ? '1' : '6'
await import('../../differential/mllib/streaming-models.test.ts')
await import('../../differential/mllib/batch-models.test.ts')
