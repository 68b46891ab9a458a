import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { SparkConf } from '../../../src/settings/spark-conf.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'
import { TcpProxy } from './tcp-proxy.ts'

let server: SparkServer
let sc: SparkContext

function contextOn(url: string): SparkContext {
  return new SparkContext(new SparkConf(false).setMaster(url).setAppName('faults'))
}

before(async () => {
  server = await startSparkServer()
  sc = contextOn(server.url)
})

after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
})

const works = async () =>
  assert.deepEqual(
    await sc
      .parallelize([1, 2, 3])
      .map((x) => x + 1)
      .collect(),
    [2, 3, 4],
  )

test("a function's error reaches the driver as its class, with its stack and fields", async () => {
  const failing = sc.parallelize([1, 2, 3]).map((x) => {
    if (x === 2) throw Object.assign(new RangeError(`no ${x}`), { code: 'E_TWO' })
    return x
  })
  await assert.rejects(failing.collect(), (error: Error & { code: string }) => {
    assert.equal(error.code, 'JOB_ABORTED')
    assert.match(error.message, /^Job aborted due to stage failure: .*RangeError: no 2 \(collect at/)
    const cause = error.cause as RangeError & { code: string }
    assert(cause instanceof RangeError)
    assert.equal(cause.code, 'E_TWO')
    assert.match(cause.stack ?? '', /faults\.test\.ts/)
    return true
  })
  await works()
})

test('process.exit in a function fails its job and nothing else', async () => {
  const leaving = sc.parallelize([1, 2, 3]).map((x) => (x === 2 ? process.exit(7) : x))
  await assert.rejects(leaving.collect(), {
    code: 'JOB_ABORTED',
    message: /ended with code 7 while it ran a task: a function called process\.exit/,
  })
  await works()
})

test('an endless loop is ended when its job is cancelled', async () => {
  const started = sc.parallelize([1, 2]).map((x) => {
    for (;;) if (x > 10) return x
  })
  const from = server.process.log.length
  const job = started.collect()
  const ended = assert.rejects(job, { code: 'SPARK_JOB_CANCELLED' })
  await server.process.said(/Running task|Starting task/, from)
  sc.cancelAllJobs()
  await ended
  await works()
})

test('a connection that is cut in the middle of a result loses nothing', async () => {
  await using proxy = await TcpProxy.start(server.url)
  let received = 0
  let cuts = 0
  proxy.onBytes = (direction, length) => {
    if (direction === 'up') return
    received += length
    // Past every few megabytes of the result, everything that is open is cut.
    if (received < 4_000_000 || cuts >= 3) return
    received = 0
    cuts += 1
    proxy.cut()
  }
  await sc.stop()
  sc = contextOn(`sc://127.0.0.1:${proxy.port}`)
  const texts = await sc
    .parallelize([...Array(24).keys()], 24)
    .map((x) => String.fromCharCode(97 + x).repeat(1_000_000))
    .collect()
  assert.equal(cuts, 3)
  assert.deepEqual(
    texts.map((text) => [text[0], text.length]),
    [...Array(24).keys()].map((x) => [String.fromCharCode(97 + x), 1_000_000]),
  )
  await sc.stop()
  sc = contextOn(server.url)
})

test('a job on a restarted server fails once, and the next one runs in a new session', async () => {
  const kept = sc
    .parallelize([1, 2, 3], 2)
    .map((x) => x * 2)
    .persist()
  assert.equal(await kept.count(), 3)
  const port = Number(new URL(server.url.replace('sc:', 'http:')).port)
  await server[Symbol.asyncDispose]()
  server = await startSparkServer({}, { port })
  await assert.rejects(kept.collect(), /SESSION|session/)
  assert.deepEqual(await kept.collect(), [2, 4, 6])
  await works()
})
