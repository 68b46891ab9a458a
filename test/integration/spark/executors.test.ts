import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { executorArchive, WORKER_PROGRAM } from '../../../src/engine/spark/archive/index.ts'
import { SparkConf } from '../../../src/settings/spark-conf.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'millstream-executors-'))
let server: SparkServer

before(async () => {
  server = await startSparkServer()
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

async function withContext(
  settings: Readonly<Record<string, string>>,
  body: (sc: SparkContext) => Promise<void>,
): Promise<void> {
  const conf = new SparkConf(false).setMaster(server.url).setAppName('executors')
  for (const [key, value] of Object.entries(settings)) conf.set(key, value)
  const sc = new SparkContext(conf)
  try {
    await body(sc)
  } finally {
    await sc.stop()
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a worker that stands on the executors is used in place of the archive', async () => {
  const archive = await executorArchive({ installedNode: process.execPath })
  const folder = join(directory, 'installed')
  mkdirSync(folder)
  execFileSync('tar', ['-xzf', archive.path, '-C', folder])
  const executable = join(folder, WORKER_PROGRAM)
  await withContext({ 'spark.millstream.worker.executable': executable }, async (sc) => {
    const [main] = await sc
      .parallelize([1], 1)
      .map(() => process.argv[1])
      .collect()
    assert(main?.startsWith(folder), main)
  })
  await withContext({ 'spark.millstream.worker.executable': '/no/such/worker' }, async (sc) => {
    await assert.rejects(sc.parallelize([1]).count(), {
      code: 'JOB_ABORTED',
      message: /cannot start \/no\/such\/worker.*spark\.millstream\.worker\.executable/,
    })
  })
})

test('a function that fills the heap of its worker fails the job with what to set, and nothing else', async () => {
  const settings = { 'spark.millstream.executor.node': process.execPath, 'spark.millstream.worker.memory': '64m' }
  await withContext(settings, async (sc) => {
    const filling = sc.parallelize([1], 1).map((value) => {
      const kept: object[] = []
      for (;;) kept.push({ value })
    })
    await assert.rejects(filling.collect(), (error: Error & { code: string }) => {
      assert.equal(error.code, 'JOB_ABORTED')
      assert.match(
        error.message,
        /heap is full, here 64 MiB: give the workers more \(spark\.millstream\.worker\.memory\)/,
      )
      assert.equal((error.cause as { code: string }).code, 'WORKER_EXITED')
      return true
    })
    assert.equal(await sc.parallelize([1, 2]).count(), 2)
  })
})

test('how far the tasks are is seen while they run', async () => {
  await withContext({ 'spark.millstream.executor.node': process.execPath }, async (sc) => {
    const slow = async function* <T>(records: Iterable<T>) {
      await wait(1500)
      yield* records
    }
    const sums = sc
      .range(0, 100, 1, 2)
      .map((n) => [n % 10, n])
      .mapPartitions(slow)
      .reduceByKey((a, b) => a + b, 3)
      .mapPartitions(slow)
    const { statusTracker } = sc
    const seen: string[] = []
    let isOver = false
    const ended = sums.count().finally(() => {
      isOver = true
    })
    while (!isOver) {
      for (const id of statusTracker.getActiveStageIds()) {
        const { numTasks, numActiveTasks, numCompletedTasks } = statusTracker.getStageInfo(id) ?? assert.fail()
        if (numCompletedTasks > 0 && numCompletedTasks < numTasks && numActiveTasks > 0) seen.push(`of ${numTasks}`)
      }
      await wait(50)
    }
    assert.equal(await ended, 10)
    assert(seen.includes('of 5'), `two tasks before the shuffle and three behind it: ${seen}`)
    assert.deepEqual(statusTracker.getActiveStageIds(), [])
  })
})

test('the archive and a large broadcast value are fetched once by the executor, whatever the number of jobs and workers', async () => {
  await withContext({ 'spark.millstream.executor.node': process.execPath }, async (sc) => {
    const from = server.process.log.length
    const table = sc.broadcast('x'.repeat(20_000_000))
    for (let job = 0; job < 6; job++) {
      const lengths = sc.parallelize([1, 2], 2).map(() => table.value.length)
      assert.deepEqual(await lengths.collect(), [20_000_000, 20_000_000])
    }
    for (const what of [/Executor: Fetching .*files\/millstream-/, /Executor: Fetching .*archives\/millstream\.tgz/]) {
      const fetched = server.process.log.slice(from).filter((line) => what.test(line))
      assert.equal(fetched.length, 1, fetched.join('\n'))
    }
  })
})

test('what is deleted from the disks of the executors fails a job by name, and the next one sends it again', async () => {
  await withContext({ 'spark.millstream.executor.node': process.execPath }, async (sc) => {
    const where = sc.parallelize([1], 1).map(() => ({ directory: process.cwd(), daemon: process.ppid }))
    const [found] = await where.collect()
    assert(found !== undefined)
    rmSync(join(found.directory, 'millstream'), { recursive: true })
    process.kill(found.daemon, 'SIGKILL')
    const failure = () =>
      where.collect().then(
        () => assert.fail('the job did not fail'),
        (error: Error) => error,
      )
    let error = await failure()
    // Jobs may have met workers first that ended with their daemon.
    for (let tries = 0; tries < 3 && /worker process ended/.test(error.message); tries++) error = await failure()
    assert.match(error.message, /cannot start .*bin\/worker.* gone from its disk; the next job sends it again/)
    const [again] = await where.collect()
    assert.notEqual(again?.directory, found.directory)
  })
})
