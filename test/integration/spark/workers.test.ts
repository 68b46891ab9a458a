import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { SparkConf } from '../../../src/settings/spark-conf.ts'
import { SparkProcess, type SparkServer, startSparkServer } from './spark-server.ts'

function contextOf(server: SparkServer, settings: Readonly<Record<string, string>> = {}): SparkContext {
  const conf = new SparkConf(false).setMaster(server.url).setAppName('workers')
  for (const [key, value] of Object.entries(settings)) conf.set(key, value)
  return new SparkContext(conf)
}

describe('workers of a server on one machine', () => {
  let server: SparkServer
  let sc: SparkContext

  before(async () => {
    server = await startSparkServer()
  })
  beforeEach(() => {
    sc = contextOf(server)
  })
  afterEach(async () => {
    await sc.stop()
  })
  after(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  /** Begins a context of other settings. */
  async function restart(settings: Readonly<Record<string, string>>): Promise<void> {
    await sc.stop()
    sc = contextOf(server, settings)
  }

  test('what a function makes once per worker lives from job to job', async () => {
    let connection: { readonly pid: number; uses: number } | undefined
    const connect = () => {
      connection ??= { pid: process.pid, uses: 0 }
      return connection
    }
    const uses = new Map<number, number>()
    for (let job = 0; job < 6; job++) {
      const found = await sc
        .parallelize([1, 2, 3, 4], 2)
        .mapPartitions(() => {
          const shared = connect()
          shared.uses++
          return [[shared.pid, shared.uses] as const]
        })
        .collect()
      for (const [pid, count] of found) uses.set(pid, Math.max(count, uses.get(pid) ?? 0))
    }
    assert(uses.size <= 2, `there were ${uses.size} workers for two cores`)
    assert.equal(
      [...uses.values()].reduce((sum, count) => sum + count, 0),
      12,
    )
  })

  test('a package of node_modules runs on the executors, which have it from the driver', async () => {
    const app = fs.mkdtempSync(path.join(os.tmpdir(), 'millstream-app-'))
    const files = {
      'app.mjs': `import { twice } from 'twice'; export const fn = (value) => twice(value)`,
      'node_modules/twice/package.json': JSON.stringify({
        name: 'twice',
        type: 'module',
        exports: './main.js',
        dependencies: { plus: '1' },
      }),
      'node_modules/twice/main.js': `import plus from 'plus'; export const twice = (value) => plus(value, value)`,
      'node_modules/plus/package.json': JSON.stringify({ name: 'plus' }),
      'node_modules/plus/index.js': 'module.exports = (a, b) => a + b',
    }
    for (const [file, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true })
      fs.writeFileSync(path.join(app, file), content)
    }
    const { fn } = (await import(pathToFileURL(path.join(app, 'app.mjs')).href)) as { fn: (value: number) => number }
    const found = await sc
      .parallelize([1, 2, 3], 2)
      .map((value) => [fn(value), process.cwd()] as const)
      .collect()
    assert.deepEqual(
      found.map(([value]) => value),
      [2, 4, 6],
    )
    const folder = found[0]?.[1] ?? ''
    assert.equal(fs.readdirSync(folder).filter((name) => name.startsWith('millstream-packages-')).length, 1)
    fs.rmSync(app, { recursive: true })
  })

  test('what functions print is in the log of the executor', async () => {
    await sc.parallelize([1], 1).foreach(() => console.log('printed on the executor'))
    await server.process.said(/(printed on the executor)/)
  })

  test('an input larger than a worker may hold goes through its disk', async () => {
    await restart({ 'spark.millstream.worker.inputMemory': '1m', 'spark.shuffle.memory': '1m' })
    const text = 'x'.repeat(100)
    const groups = sc
      .range(0, 200_000, 1, 4)
      .map((value) => [value % 1000, `${value} ${text}`])
      .groupByKey(3)
      .mapValues((values) => [...values].length)
    const counts = await groups.values().collect()
    assert.equal(counts.length, 1000)
    assert(counts.every((count) => count === 200))
  })

  test('an executor that cannot start the worker says why and what to do', async () => {
    await restart({ 'spark.millstream.executor.node': '/no/such/node' })
    await assert.rejects(
      sc.parallelize([1], 1).collect(),
      /there is no program \/no\/such\/node.*Set spark\.millstream\.executor\.node/s,
    )
    await restart({ 'spark.millstream.executor.node': process.execPath })
    assert.deepEqual(await sc.parallelize([1], 1).collect(), [1])
  })
})

test('workers are reached through TCP where the server uses no Unix sockets', async () => {
  await using server = await startSparkServer({ 'spark.python.unix.domain.socket.enabled': 'false' })
  const sc = contextOf(server)
  assert.deepEqual(
    await sc
      .parallelize([3, 1, 2], 2)
      .map((value) => value * 2)
      .collect(),
    [6, 2, 4],
  )
  await sc.stop()
})

test('each executor of a cluster runs its own copy of the worker, and a killed one is replaced', async () => {
  const host = ['--host', '127.0.0.1', '--port', '0', '--webui-port', '0']
  const master = await SparkProcess.start(
    'spark-class',
    ['org.apache.spark.deploy.master.Master', ...host],
    /Starting Spark master at (\S+)/,
  )
  await using _master = master[0]
  const worker = () => {
    const args = ['org.apache.spark.deploy.worker.Worker', ...host, '--cores', '1', '--memory', '1g', master[1]]
    return SparkProcess.start('spark-class', args, /(Successfully registered) with master/)
  }
  await using _first = (await worker())[0]
  await using _second = (await worker())[0]
  const settings = { 'spark.executor.memory': '512m', 'spark.task.maxFailures': '4' }
  await using server = await startSparkServer(settings, { master: master[1] })
  const sc = contextOf(server)
  const places = () =>
    sc
      .parallelize([1, 2, 3, 4, 5, 6, 7, 8], 8)
      .mapPartitions(async () => {
        // Long enough that one executor does not take all tasks.
        await new Promise((resolve) => setTimeout(resolve, 200))
        return [`${process.cwd()}`]
      })
      .collect()
  const before = new Set(await places())
  assert.equal(before.size, 2)
  const pairs = sc.parallelize(['a', 'b', 'a', 'c', 'a'], 4).map((word) => [word, 1])
  const counts = () => pairs.reduceByKey((a, b) => a + b, 3).collectAsMap()
  assert.deepEqual(await counts(), new Map(Object.entries({ a: 3, b: 1, c: 1 })))
  await _second[Symbol.asyncDispose]()
  assert.deepEqual(await counts(), new Map(Object.entries({ a: 3, b: 1, c: 1 })))
  await sc.stop()
})
