import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  FileNotFoundException,
  IllegalArgumentException,
  JobCancelledException,
  SparkConf,
  SparkContext,
  SparkFiles,
  type SparkListener,
  StorageLevel,
  TaskContext,
  UnsupportedOperationException,
} from '../../src/index.ts'

function contextOf(settings: Readonly<Record<string, string>> = {}): SparkContext {
  return new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('api').setAll(settings))
}

/** Resolves with the first event of a kind. */
function once<Event>(sc: SparkContext, method: keyof SparkListener): Promise<Event> {
  return new Promise((resolve) => {
    sc.addSparkListener({ [method]: resolve } as unknown as SparkListener)
  })
}

const endless = (records: IterableIterator<number>): IterableIterator<number> => {
  for (;;) if (performance.now() < 0) return records
}

describe('a SparkContext', () => {
  let sc: SparkContext
  const directory = mkdtempSync(path.join(tmpdir(), 'context-api-'))
  before(() => {
    sc = contextOf()
  })
  after(async () => {
    await sc.stop()
    rmSync(directory, { recursive: true })
  })

  test('says where it runs and for whom', () => {
    assert.deepEqual([sc.isLocal, sc.deployMode], [true, 'client'])
    assert.equal(sc.sparkUser, process.env.SPARK_USER ?? userInfo().username)
  })

  test('cancels a job by its id, by a stage, and a group with its later jobs', async () => {
    const job = once<{ jobId: number }>(sc, 'onJobStart')
    const running = sc.range(2).mapPartitions(endless).collectAsync()
    sc.cancelJob((await job).jobId + 1000)
    sc.cancelJob((await job).jobId, 'because it is dear')
    await assert.rejects(() => Promise.resolve(running), /cancelled because it is dear/)

    const stage = once<{ stageId: number }>(sc, 'onStageSubmitted')
    const second = sc.range(2).mapPartitions(endless).collectAsync()
    sc.cancelStage((await stage).stageId)
    await assert.rejects(() => Promise.resolve(second), /because Stage \d+ was cancelled/)

    sc.setJobGroup('doomed', 'whatever')
    sc.cancelJobGroupAndFutureJobs('doomed')
    await assert.rejects(sc.range(2).count(), (error: Error) => {
      assert(error instanceof JobCancelledException)
      assert.match(error.message, /part of cancelled job group doomed/)
      return true
    })
    sc.clearJobGroup()
    assert.equal(await sc.range(2).count(), 2)
    sc.setInterruptOnCancel(true)
    assert.equal(sc.getLocalProperty('spark.job.interruptOnCancel'), 'true')
  })

  test('submitJob hands on results as they arrive', async () => {
    const arrived = new Map<number, number>()
    const sum = await sc.submitJob(
      sc.range(0, 100, 1, 4),
      (records) => [...records].length,
      [1, 3],
      (index, count) => arrived.set(index, count),
      () => [...arrived.values()].reduce((a, b) => a + b, 0),
    )
    assert.deepEqual([sum, arrived.size], [50, 2])
  })

  test('runApproximateJob answers with what is known', async () => {
    let total = 0
    const evaluator = {
      merge: (_: number, count: number) => {
        total += count
      },
      currentResult: () => total,
    }
    const all = await sc.runApproximateJob(sc.range(0, 100, 1, 4), (records) => [...records].length, evaluator, 60_000)
    assert.deepEqual([all.initialValue, all.isInitialValueFinal], [100, true])
    const job = sc.runApproximateJob(sc.range(2).mapPartitions(endless), () => 1, evaluator, 0)
    const partial = await job
    assert.deepEqual([partial.initialValue, partial.isInitialValueFinal], [100, false])
    sc.cancelAllJobs()
    await assert.rejects(partial.getFinalValue(), JobCancelledException)
  })

  test('tells what is kept of RDDs, and how much memory workers have for it', async () => {
    const kept = sc
      .range(0, 1000, 1, 4)
      .map((x) => x)
      .setName('kept')
      .persist(StorageLevel.MEMORY_ONLY_SER)
    await kept.count()
    const [info, ...others] = sc.getRDDStorageInfo()
    assert.equal(others.length, 0)
    assert.deepEqual([info!.id, info!.name, info!.numPartitions, info!.numCachedPartitions], [kept.id, 'kept', 4, 4])
    assert(info!.isCached && info!.memSize > 0)
    assert.match(
      String(info),
      /^RDD "kept" \(\d+\) StorageLevel: .*; CachedPartitions: 4; TotalPartitions: 4; MemorySize: .* DiskSize: 0\.0 B$/,
    )
    const memory = sc.getExecutorMemoryStatus()
    assert.deepEqual([...memory.keys()], ['localhost:0', 'localhost:1'])
    for (const [max, left] of memory.values()) assert(max >= left && left > 0)
    await kept.unpersist()
    assert.deepEqual(sc.getRDDStorageInfo(), [])
  })

  test('addFile brings files to the workers, from disk, a directory and the web', async () => {
    assert.throws(() => SparkFiles.getRootDirectory(), /No file was added/)
    writeFileSync(path.join(directory, 'words.txt'), 'one two')
    mkdirSync(path.join(directory, 'tree/deep'), { recursive: true })
    writeFileSync(path.join(directory, 'tree/deep/leaf.txt'), 'leaf')
    const server = createServer((request, response) => {
      response.statusCode = request.url?.startsWith('/page.txt') ? 200 : 404
      response.end('served')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      // A job waits for files that are still being added.
      const adding = [sc.addFile(path.join(directory, 'words.txt')), sc.addFile(`${url}/page.txt?v=1`)]
      adding.push(sc.addFile(path.join(directory, 'tree'), true))
      const read = (name: string) => readFileSync(SparkFiles.get(name), 'utf8')
      const names = sc.parallelize(['words.txt', 'page.txt', 'tree/deep/leaf.txt'], 3)
      assert.deepEqual(await names.map(read).collect(), ['one two', 'served', 'leaf'])
      await Promise.all(adding)
      assert.equal(read('words.txt'), 'one two')
      assert.deepEqual(sc.listFiles().sort(), [
        `file:${directory}/tree/`,
        `file:${directory}/words.txt`,
        `${url}/page.txt?v=1`,
      ])
      await sc.addFile(path.join(directory, 'words.txt'))
      await assert.rejects(sc.addFile(`${url}/gone.txt`), FileNotFoundException)
      await assert.rejects(sc.addFile(`${url}/words.txt`), IllegalArgumentException)
      await assert.rejects(sc.addFile(path.join(directory, 'tree/deep')), /UNSUPPORTED_ADD_FILE\.DIRECTORY/)
      await assert.rejects(sc.addFile(path.join(directory, 'nowhere')), FileNotFoundException)
      assert.equal(sc.listFiles().length, 3)
    } finally {
      server.close()
    }
    for (const refused of [() => sc.addJar('a.jar'), () => sc.listJars(), () => sc.addArchive('a.zip')]) {
      assert.throws(refused, UnsupportedOperationException)
    }
  })

  test('hadoopConfiguration is the settings that begin with spark.hadoop.', () => {
    const hadoop = sc.hadoopConfiguration
    assert.equal(hadoop.get('fs.test.key'), null)
    hadoop.set('fs.test.key', 7)
    hadoop.setIfUnset('fs.test.key', 8)
    assert.equal(sc.getConf().get('spark.hadoop.fs.test.key'), '7')
    assert.deepEqual([hadoop.getInt('fs.test.key', 0), hadoop.getBoolean('fs.test.key', true)], [7, true])
    assert.deepEqual([...hadoop], [['fs.test.key', '7']])
    hadoop.unset('fs.test.key')
    assert.deepEqual([hadoop.size(), hadoop.get('fs.test.key', 'none')], [0, 'none'])
    assert.throws(() => hadoop.set('', 1), IllegalArgumentException)
  })
})

test('a task attempt that is killed runs again, and that is no failure', async () => {
  const sc = contextOf()
  assert.equal(sc.killTaskAttempt(987654), false)
  const started = once<{ taskInfo: { taskId: number } }>(sc, 'onTaskStart')
  const ended = once<{ taskInfo: { status: string }; reason: string }>(sc, 'onTaskEnd')
  const attempts = sc
    .range(0, 1, 1, 1)
    .map(() => {
      // The first attempt never ends by itself.
      if (TaskContext.get()!.attemptNumber() === 0) {
        for (;;) if (performance.now() < 0) break
      }
      return 1
    })
    .mapPartitions((records) => records)
  const result = sc.runJob(attempts, () => TaskContext.get()!.taskAttemptId())
  const { taskId } = (await started).taskInfo
  assert.equal(sc.killTaskAttempt(taskId, false, 'too slow'), true)
  const { taskInfo, reason } = await ended
  assert.deepEqual([taskInfo.status, reason], ['KILLED', 'too slow'])
  assert.notEqual((await result)[0], taskId)
  await sc.stop()
})

test('workers are told of as executors and as block managers', async () => {
  const sc = contextOf()
  const heard: string[] = []
  const ready = new Promise<void>((resolve) => {
    sc.addSparkListener({
      onExecutorAdded: ({ executorId }) => void heard.push(`executor ${executorId}`),
      onBlockManagerAdded({ blockManagerId }) {
        heard.push(`blocks ${blockManagerId.executorId} ${blockManagerId.host}`)
        if (heard.length === 4) resolve()
      },
    })
  })
  await sc.range(4).count()
  await ready
  await sc.stop()
  assert.deepEqual(heard.sort(), ['blocks 0 localhost', 'blocks 1 localhost', 'executor 0', 'executor 1'])
})

test('fair pools share the workers by weight and minimum', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'pools-'))
  const file = path.join(directory, 'fairscheduler.xml')
  writeFileSync(
    file,
    `<?xml version="1.0"?><!-- <pool name="no"/> --><allocations><pool name="fast"><schedulingMode>FAIR</schedulingMode>
     <weight>2</weight><minShare>1</minShare></pool></allocations>`,
  )
  const sc = contextOf({ 'spark.scheduler.mode': 'FAIR', 'spark.scheduler.allocation.file': file })
  try {
    assert.equal(sc.getSchedulingMode(), 'FAIR')
    const idle = { runningTasks: 0 }
    assert.deepEqual(sc.getPoolForName('fast'), {
      name: 'fast',
      schedulingMode: 'FAIR',
      minShare: 1,
      weight: 2,
      ...idle,
    })
    assert.deepEqual(
      sc
        .getAllPools()
        .map(({ name }) => name)
        .sort(),
      ['default', 'fast'],
    )
    assert.equal(sc.getPoolForName('none'), undefined)
    const order: string[] = []
    // Both workers are busy with a long job of the default pool; the short one of its own pool does not wait for all of it.
    const long = sc
      .range(0, 40, 1, 40)
      .map((x) => {
        const end = performance.now() + 20
        while (performance.now() < end);
        return x
      })
      .count()
      .then(() => order.push('long'))
    sc.setLocalProperty('spark.scheduler.pool', 'fast')
    const short = sc
      .range(0, 2, 1, 2)
      .count()
      .then(() => order.push('short'))
    await Promise.all([long, short])
    assert.deepEqual(order, ['short', 'long'])
  } finally {
    await sc.stop()
    rmSync(directory, { recursive: true })
  }
})

test('what an allocation file has wrong is told', () => {
  const missing = { 'spark.scheduler.mode': 'FAIR', 'spark.scheduler.allocation.file': '/nowhere/pools.xml' }
  assert.throws(() => contextOf(missing), /Cannot read \/nowhere\/pools\.xml/)
})
