import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { SparkConf } from '../../../src/settings/spark-conf.ts'
import { runProgram } from '../../examples/run-example.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'
import { type Certificate, TcpProxy } from './tcp-proxy.ts'

const TOKEN = 'a secret of both'
const SETTINGS = {
  'spark.connect.authenticate.token': TOKEN,
  'spark.connect.grpc.maxInboundMessageSize': String(8 * 1024 * 1024),
  // Its page says which sessions there are.
  'spark.ui.enabled': 'true',
  'spark.ui.port': '0',
}

const run = promisify(execFile)
let server: SparkServer
let uiPort: number
let directory: string
/** One that this process trusts, and one of an authority that nobody knows. */
let trusted: Certificate
let unknown: Certificate

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-tls-'))
  trusted = await certificate('trusted')
  unknown = await certificate('unknown')
  // Read by the gRPC library when the first context loads it.
  process.env.GRPC_DEFAULT_SSL_ROOTS_FILE_PATH = join(directory, 'trusted.pem')
  server = await startSparkServer(SETTINGS)
  uiPort = Number(await server.process.said(/service 'SparkUI' on port (\d+)/))
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** Makes a certificate of its own for this machine. */
async function certificate(name: string): Promise<Certificate> {
  const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-days', '2']
  await run('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject])
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
}

function portOf({ url }: SparkServer): number {
  return Number(new URL(url.replace('sc:', 'http:')).port)
}

/** A URL without TLS: only the host localhost gets a token that way. */
function plainUrl(port: number, token: string | null = TOKEN): string {
  return `sc://localhost:${port}${token === null ? '' : `/;token=${encodeURIComponent(token)}`}`
}

function contextOn(url: string, settings: Readonly<Record<string, string>> = {}): SparkContext {
  const conf = new SparkConf(false).setMaster(url).setAppName('client')
  for (const [key, value] of Object.entries(settings)) conf.set(key, value)
  return new SparkContext(conf)
}

/** Runs something on a context that is stopped afterwards, and sees that it leaves no session behind. */
async function withContext<T>(
  url: string,
  body: (sc: SparkContext) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  const sc = contextOn(url, settings)
  try {
    return await body(sc)
  } finally {
    await sc.stop()
    assert.equal(await sessionsOnline(), 0)
  }
}

async function sessionsOnline(): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${uiPort}/connect/`)).text()
  const [, count] = /(\d+)\s+session\(s\) are online/.exec(page.replace(/<[^>]*>/g, ' ')) ?? []
  assert(count !== undefined, page)
  return Number(count)
}

const doubled = (sc: SparkContext) =>
  sc
    .parallelize([1, 2, 3], 2)
    .map((x) => x * 2)
    .collect()

test('the right token opens a session; a wrong one and none are refused by name', async () => {
  assert.deepEqual(await withContext(plainUrl(portOf(server)), doubled), [2, 4, 6])
  for (const token of ['a guess', null]) {
    await assert.rejects(withContext(plainUrl(portOf(server), token), doubled), {
      code: 'CONNECT_UNAUTHENTICATED',
      message: /refused the token\. Put the right one into the URL \(;token=…\)/,
    })
  }
})

test('a token goes over TLS, and a whole job with it', async () => {
  await using proxy = await TcpProxy.start(server.url, trusted)
  const url = `sc://127.0.0.1:${proxy.port}/;token=${encodeURIComponent(TOKEN)}`
  assert.deepEqual(await withContext(url, doubled), [2, 4, 6])
  assert.deepEqual(await withContext(url.replace('127.0.0.1', 'localhost').concat(';use_ssl=true'), doubled), [2, 4, 6])
})

test('a certificate that nobody trusts, and TLS on one side only, are said to be the reason', async () => {
  await using proxy = await TcpProxy.start(server.url, unknown)
  await assert.rejects(withContext(`sc://127.0.0.1:${proxy.port}/;use_ssl=true`, doubled), {
    code: 'CONNECT_TLS_FAILED',
    message: /certificate is not trusted here.*NODE_EXTRA_CA_CERTS/,
  })
  await assert.rejects(withContext(`sc://127.0.0.1:${portOf(server)}/;use_ssl=true`, doubled), {
    code: 'CONNECT_TLS_FAILED',
    message: /does not speak TLS/,
  })
  const soon = { 'spark.millstream.connectTimeout': '1s' }
  await assert.rejects(withContext(plainUrl(proxy.port), doubled, soon), {
    code: 'CONNECT_UNAVAILABLE',
    message: /within 1000 ms.*both sides use TLS/,
  })
})

test("the port of Spark's web interface is no Spark Connect server", async () => {
  await assert.rejects(withContext(plainUrl(uiPort), doubled), { code: 'CONNECT_FAILED' })
})

test('a plan that is larger than the server takes is refused with what to set, and then fits', async () => {
  const text = 'x'.repeat(1_000_000)
  const lengths = (sc: SparkContext) =>
    sc
      .parallelize(Array.from({ length: 12 }, () => text))
      .map((one) => one.length)
      .sum()
  await assert.rejects(withContext(plainUrl(portOf(server)), lengths), {
    code: 'MESSAGE_TOO_LARGE',
    message: /spark\.connect\.grpc\.maxInboundMessageSize.*spark\.millstream\.maxInlineBytes/,
  })
  const smaller = { 'spark.millstream.maxInlineBytes': '4m' }
  assert.equal(await withContext(plainUrl(portOf(server)), lengths, smaller), 12_000_000)
})

test('an upload and a checkpoint that are cut in the middle lose nothing and do nothing twice', async () => {
  await using proxy = await TcpProxy.start(server.url)
  let sent = 0
  let cuts = 0
  proxy.onBytes = (direction, length) => {
    if (direction === 'down') return
    sent += length
    if (sent < 5_000_000 || cuts >= 2) return
    sent = 0
    cuts += 1
    proxy.cut()
  }
  await withContext(plainUrl(proxy.port), async (sc) => {
    assert.deepEqual(await doubled(sc), [2, 4, 6])
    assert.equal(cuts, 2)
    const seen = sc.longAccumulator('seen')
    const kept = sc
      .parallelize([1, 2, 3, 4], 2)
      .mapPartitions(async function* (records) {
        // The checkpoint runs meanwhile, and its connections are cut.
        await new Promise((resolve) => setTimeout(resolve, 1000))
        for (const record of records) {
          seen.add(1)
          yield record * 10
        }
      })
      .persist()
    const from = server.process.log.length
    const count = kept.count()
    await server.process.said(/Running task|Starting task/, from)
    const accepted = proxy.accepted
    proxy.cut()
    assert.equal(await count, 4)
    assert(proxy.accepted > accepted, 'the client has connected again')
    assert.deepEqual(await kept.collect(), [10, 20, 30, 40])
    assert.equal(seen.value, 4)
  })
})

test('a connection that falls silent is left, and the result taken up on another one', async () => {
  await using proxy = await TcpProxy.start(server.url)
  // More often than each ten seconds the server allows no pings.
  const url = `${plainUrl(proxy.port)};grpc_keepalive_time_ms=10000;grpc_keepalive_timeout_ms=500`
  await withContext(url, async (sc) => {
    assert.deepEqual(await doubled(sc), [2, 4, 6])
    const from = server.process.log.length
    const slow = sc
      .parallelize([1, 2], 2)
      .mapPartitions(async (records) => {
        await new Promise((resolve) => setTimeout(resolve, 1000))
        return records
      })
      .collect()
    await server.process.said(/Running task|Starting task/, from)
    proxy.freeze()
    assert.deepEqual(await slow, [1, 2])
  })
})

test('a program of the examples runs on Spark by its master alone, and its process ends by itself', async () => {
  const onSpark = await runProgram('--master', plainUrl(portOf(server)), 'examples/rdd-tour.ts')
  assert.equal(onSpark.code, 0, onSpark.stderr)
  const here = await runProgram('examples/rdd-tour.ts')
  assert.equal(onSpark.stdout, here.stdout)
  assert.equal(await sessionsOnline(), 0)
})

test('a program that cannot connect says why and ends', async () => {
  const { code, stderr } = await runProgram('--master', plainUrl(portOf(server), null), 'examples/rdd-tour.ts')
  assert.equal(code, 1)
  assert.match(stderr, /refused the token/)
})

test('a server that dies in a job fails it once the time to reach it again is over', async () => {
  const sc = contextOn(plainUrl(portOf(server)), { 'spark.millstream.reconnectTimeout': '2s' })
  assert.deepEqual(await doubled(sc), [2, 4, 6])
  const from = server.process.log.length
  const endless = sc.parallelize([1], 1).foreach(() => {
    for (;;);
  })
  const failed = assert.rejects(endless, {
    code: 'CONNECTION_LOST',
    message: /within spark\.millstream\.reconnectTimeout/,
  })
  await server.process.said(/Running task|Starting task/, from)
  server.process.kill('SIGKILL')
  await failed
  await sc.stop()
})
