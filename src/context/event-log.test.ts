import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LogLine, setLogDestination, setLogLevel } from '../log.ts'
import { SparkContext } from './spark-context.ts'

function collect(t: { after(fn: () => void): void }): LogLine[] {
  const entries: LogLine[] = []
  setLogDestination((entry) => entries.push(entry))
  t.after(() => {
    setLogDestination(null)
    setLogLevel('WARN')
  })
  return entries
}

test('at INFO the log tells of jobs, stages and tasks in their order, at WARN of nothing', async (t) => {
  const entries = collect(t)
  const sc = new SparkContext('local[1]', 'EventLog')
  t.after(() => sc.stop())
  await sc.parallelize([1, 2], 2).count()
  assert.equal(entries.length, 0)
  sc.setLogLevel('INFO')
  await sc
    .parallelize([1, 2], 2)
    .map((n): [number, number] => [n, 1])
    .reduceByKey((a, b) => a + b)
    .count()
  await sc.events.delivered(10_000)
  sc.setLogLevel('WARN')
  const told = entries.length
  await sc.parallelize([1, 2], 2).count()
  assert.equal(entries.length, told)
  const lines = entries
    .filter(({ logger }) => logger !== 'TaskSetManager')
    .map(
      ({ logger, message }) =>
        `${logger}: ${message.replace(/count at event-log\.test\.ts:\d+:\d+/g, 'count').replace(/\d+\.\d{3} s/, 'T s')}`,
    )
  const stages = lines.map((line) => line.replace(/Stage \d+/, 'Stage N'))
  assert.deepEqual(
    stages.filter((line) => line.startsWith('DAGScheduler')).map((line) => line.replace(/Job \d+|job \d+/, 'job N')),
    [
      'DAGScheduler: Got job N (count)',
      'DAGScheduler: Submitting 2 tasks from ShuffleMapStage N (count)',
      'DAGScheduler: ShuffleMapStage N (count) finished in T s',
      'DAGScheduler: Submitting 2 tasks from ResultStage N (count)',
      'DAGScheduler: ResultStage N (count) finished in T s',
      'DAGScheduler: job N finished: count, took T s',
    ],
  )
  assert(lines.includes('SparkContext: Starting job: count'))
  const tasks = entries.filter(({ logger }) => logger === 'TaskSetManager').map(({ message }) => message)
  assert.equal(tasks.filter((line) => line.startsWith('Starting task')).length, 4)
  assert.match(
    tasks.at(-1) ?? '',
    /^Finished task 1\.0 in stage \d+\.0 \(TID \d+\) in \d+ ms on worker 0 \(2 of its stage\)$/,
  )
})

test('a job that fails is told of', async (t) => {
  const entries = collect(t)
  const sc = new SparkContext('local[1]', 'EventLog')
  t.after(() => sc.stop())
  sc.setLogLevel('INFO')
  const failing = sc.parallelize([1], 1).foreach(() => {
    throw new Error('no')
  })
  await assert.rejects(failing)
  await sc.stop()
  const messages = entries.map(({ message }) => message)
  assert(
    messages.some((line) => /^Lost task 0\.0 in stage \d+\.0 \(TID \d+\) \(worker 0\): Error: no/.test(line)),
    messages.join('\n'),
  )
  assert(messages.some((line) => /^ResultStage \d+ \(.*\) failed in .* due to Error: no/.test(line)))
  assert(messages.some((line) => /^Job \d+ failed: foreach at /.test(line)))
  assert.equal(messages.at(-1), 'Successfully stopped SparkContext')
})
