import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import {
  SparkConf,
  SparkContext,
  type SparkListenerBlockUpdated,
  type SparkListenerTaskEnd,
  type StageInfo,
  StorageLevel,
} from '../../src/index.ts'
import { until } from '../model/until.ts'

/** A context with a listener that keeps what it hears. */
function recorded(settings: Readonly<Record<string, string | number>> = {}, master = 'local[2]') {
  const sc = new SparkContext(new SparkConf(false).setMaster(master).setAppName('task events').setAll(settings))
  const tasks: SparkListenerTaskEnd[] = []
  const stages: StageInfo[] = []
  const blocks: SparkListenerBlockUpdated['blockUpdatedInfo'][] = []
  const others: string[] = []
  sc.addSparkListener({
    onTaskEnd: (event) => void tasks.push(event),
    onStageCompleted: ({ stageInfo }) => void stages.push(stageInfo),
    onBlockUpdated: ({ blockUpdatedInfo }) => void blocks.push(blockUpdatedInfo),
    onUnpersistRDD: ({ rddId }) => void others.push(`unpersisted ${rddId}`),
    onExecutorAdded: ({ executorId }) => void others.push(`added ${executorId}`),
    onExecutorRemoved: ({ executorId, reason }) => void others.push(`removed ${executorId}: ${reason}`),
    onApplicationStart: ({ appName }) => void others.push(`started ${appName}`),
    onApplicationEnd: () => void others.push('ended'),
  })
  const sum = (of: (task: SparkListenerTaskEnd) => number | undefined) =>
    tasks.reduce((total, task) => total + (of(task) ?? 0), 0)
  return { sc, tasks, stages, blocks, others, sum }
}

describe('events of tasks', () => {
  test('tell records, bytes, times and shuffles of a word count', async () => {
    const { sc, tasks, stages, sum } = recorded()
    await using _ = sc
    const lines = sc.parallelize(['a b a', 'b c', 'a'], 2)
    const counts = lines.flatMap((line) => line.split(' ')).map((word): [string, number] => [word, 1])
    await counts.reduceByKey((a, b) => a + b, 3).collect()
    await sc.stop()
    assert.deepEqual(
      tasks.map(({ taskType }) => taskType),
      ['ShuffleMapTask', 'ShuffleMapTask', 'ResultTask', 'ResultTask', 'ResultTask'],
    )
    assert.equal(
      sum(({ taskMetrics }) => taskMetrics?.inputMetrics.recordsRead),
      3,
    )
    // Each map task combines by key: a, b and b, c, a.
    const written = sum(({ taskMetrics }) => taskMetrics?.shuffleWriteMetrics.recordsWritten)
    assert(written >= 3 && written <= 6)
    assert.equal(
      sum(({ taskMetrics }) => taskMetrics?.shuffleReadMetrics.recordsRead),
      written,
    )
    const bytes = sum(({ taskMetrics }) => taskMetrics?.shuffleWriteMetrics.bytesWritten)
    assert(bytes > 0)
    assert.equal(
      sum(({ taskMetrics }) => taskMetrics?.shuffleReadMetrics.totalBytesRead),
      bytes,
    )
    for (const { taskInfo, taskMetrics, reason } of tasks) {
      assert.equal(reason, 'Success')
      assert.equal(taskInfo.status, 'SUCCESS')
      assert(taskInfo.finishTime! >= taskInfo.launchTime)
      assert(taskMetrics!.executorRunTime > 0)
      assert(taskMetrics!.peakExecutionMemory > 0)
    }
    const [map, result] = stages
    assert.deepEqual(result?.parentIds, [map?.stageId])
    assert.deepEqual(map?.parentIds, [])
    assert(map?.rddIds.includes(lines.id))
    assert(!result?.rddIds.includes(lines.id))
  })

  test('tell processor time where the platform does', async (t) => {
    if (process.platform !== 'linux') return t.skip('Linux tells it, and Node from 23.9 on')
    const { sc, tasks } = recorded({}, 'local[1]')
    await using _ = sc
    await sc.range(0, 1, 1, 1).foreach(() => {
      const end = performance.now() + 50
      while (performance.now() < end);
    })
    await sc.stop()
    const { executorCpuTime, executorRunTime } = tasks[0]!.taskMetrics!
    assert(executorRunTime >= 50)
    assert(executorCpuTime! > 0 && executorCpuTime! / 1e6 <= executorRunTime + 20, `${executorCpuTime} ns`)
  })

  test('tell bytes of files that are read and written', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'millstream-events-'))
    const { sc, sum } = recorded()
    await using _ = sc
    fs.writeFileSync(path.join(directory, 'in.txt'), 'one\ntwo\nthree\n')
    await sc.textFile(path.join(directory, 'in.txt'), 1).saveAsTextFile(path.join(directory, 'out'))
    await sc.stop()
    fs.rmSync(directory, { recursive: true })
    assert.equal(
      sum(({ taskMetrics }) => taskMetrics?.inputMetrics.bytesRead),
      14,
    )
    assert.equal(
      sum(({ taskMetrics }) => taskMetrics?.inputMetrics.recordsRead),
      3,
    )
    assert.equal(
      sum(({ taskMetrics }) => taskMetrics?.outputMetrics.bytesWritten),
      14,
    )
    assert.equal(
      sum(({ taskMetrics }) => taskMetrics?.outputMetrics.recordsWritten),
      3,
    )
  })

  test('tell what goes to disk because memory is short', async () => {
    const { sc, sum } = recorded({ 'spark.shuffle.spill.numElementsForceSpillThreshold': 100 })
    await using _ = sc
    const sorted = await sc
      .parallelize(
        Array.from({ length: 20_000 }, (_, i) => [(i * 7919) % 20_000, i] as [number, number]),
        2,
      )
      .sortByKey()
      .collect()
    await sc.stop()
    assert.equal(sorted.length, 20_000)
    assert(sum(({ taskMetrics }) => taskMetrics?.diskBytesSpilled) > 0)
  })

  test('tell of attempts that fail, and why', async () => {
    const { sc, tasks, stages } = recorded({}, 'local[1,2]')
    await using _ = sc
    await assert.rejects(
      sc.parallelize([1], 1).foreach(() => {
        throw new TypeError('expected: no such column')
      }),
    )
    await sc.stop()
    assert.deepEqual(
      tasks.map(({ taskInfo, reason }) => [taskInfo.attemptNumber, taskInfo.status, reason]),
      [
        [0, 'FAILED', 'TypeError: expected: no such column'],
        [1, 'FAILED', 'TypeError: expected: no such column'],
      ],
    )
    assert.match(stages[0]?.failureReason ?? '', /no such column/)
  })

  test('tell of workers that die', async () => {
    const { sc, tasks, others } = recorded({ 'spark.task.maxWorkerDeaths': 1 }, 'local[1]')
    await using _ = sc
    await until(() => others.includes('added 0'))
    await assert.rejects(sc.parallelize([1], 1).foreach(() => process.exit(3)))
    await sc.stop()
    assert.equal(tasks[0]?.taskInfo.status, 'FAILED')
    assert.equal(tasks[0]?.taskMetrics, undefined)
    assert.deepEqual(others.slice(0, 3), [
      'started task events',
      'added 0',
      "removed 0: the user's code ended the worker thread (exit code 3)",
    ])
    assert.equal(others.at(-1), 'ended')
  })

  test('tell of persisted partitions', async () => {
    const { sc, tasks, blocks, others } = recorded()
    await using _ = sc
    const kept = sc.parallelize(['a', 'b'], 2).persist(StorageLevel.MEMORY_ONLY)
    const stored = sc.parallelize(['a', 'b'], 1).persist(StorageLevel.DISK_ONLY)
    await kept.count()
    await stored.count()
    await kept.count()
    await kept.unpersist()
    await sc.stop()
    assert.deepEqual(blocks.map(({ blockId }) => blockId).sort(), [
      `rdd_${kept.id}_0`,
      `rdd_${kept.id}_1`,
      `rdd_${stored.id}_0`,
    ])
    const [inHeap, , onDisk] = [...blocks].sort((a, b) => a.blockId.localeCompare(b.blockId))
    assert(inHeap!.deserialized && inHeap!.memSize > 0 && inHeap!.diskSize === 0)
    assert(!onDisk!.deserialized && onDisk!.memSize === 0 && onDisk!.diskSize > 0)
    assert(others.includes(`unpersisted ${kept.id}`))
    const again = tasks.slice(3)
    assert.deepEqual(
      again.map(({ taskInfo, taskMetrics }) => [taskInfo.taskLocality, taskMetrics?.inputMetrics.recordsRead]),
      [
        ['PROCESS_LOCAL', 1],
        ['PROCESS_LOCAL', 1],
      ],
    )
  })

  test('are not measured where nobody listens to tasks', async () => {
    await using sc = new SparkContext('local[1]', 'task events')
    const ended: SparkListenerTaskEnd[] = []
    await sc.parallelize([1], 1).count()
    assert.equal(sc.events.isListenedTo('taskEnded'), false)
    const listener = { onTaskEnd: (event: SparkListenerTaskEnd) => void ended.push(event) }
    sc.addSparkListener(listener)
    await sc.parallelize([1], 1).count()
    await until(() => ended.length === 1)
    sc.removeSparkListener(listener)
    assert.equal(sc.events.isListenedTo('taskEnded'), false)
    await sc.parallelize([1], 1).count()
    await sc.stop()
    assert.equal(ended.length, 1)
  })
})
