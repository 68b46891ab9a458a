import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { until } from '../../test/model/until.ts'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { JobCancelledException } from '../engine/job-cancelled.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import { SparkContext } from './spark-context.ts'

let directory = ''
let stopUsing = () => {}
before(async () => {
  stopUsing = useReferenceEngine()
  directory = await mkdtemp(join(tmpdir(), 'millstream-context-'))
})
after(async () => {
  stopUsing()
  await rm(directory, { recursive: true })
})

test('a context is made of master and name, or of a conf, or of both', async () => {
  const forms = [
    () => new SparkContext('local[3]', 'app'),
    () => new SparkContext(new SparkConf(false).setMaster('local[3]').setAppName('app')),
    () => new SparkContext('local[3]', 'app', new SparkConf(false).setMaster('local[9]').set('spark.x', 'y')),
  ]
  for (const make of forms) {
    await using sc = make()
    assert.deepEqual([sc.master, sc.appName, sc.defaultParallelism], ['local[3]', 'app', 3])
    assert.equal(sc.applicationId, `local-${sc.startTime}`)
    assert.equal(sc.getConf().get('spark.app.name'), 'app')
  }
})

test('what is missing or wrong is told in the words of Spark, and leaves no context behind', async () => {
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => new SparkContext(new SparkConf(false).setAppName('app')), /A master URL must be set in your configuration/],
    [() => new SparkContext(new SparkConf(false).setMaster('local')), /An application name must be set/],
    [() => new SparkContext('foo', 'app'), /Could not parse Master URL: 'foo'/],
  ]
  for (const [make, message] of cases) assert.throws(make, message)
  assert.throws(() => new SparkContext('sc://localhost/path', 'app'), { code: 'INVALID_CONNECT_URL' })
  await new SparkContext('local', 'app').stop()
})

test('a setting of streaming that is nearly a known one is warned of when the context starts', async (t) => {
  const said = t.mock.method(process.stderr, 'write', () => true)
  const conf = new SparkConf(false)
    .set('spark.streaming.blockIntervall', '50ms')
    .set('spark.streaming.kafka.maxRatePerPartition', 5)
    .set('my.own.setting', 1)
  await using sc = new SparkContext('local', 'app', conf)
  const warnings = said.mock.calls.map(({ arguments: [text] }) => String(text)).filter((text) => text.includes('WARN'))
  said.mock.restore()
  assert.equal(warnings.length, 1)
  assert.match(
    warnings[0]!,
    /WARN SparkContext: The setting spark\.streaming\.blockIntervall does not exist .* Did you mean spark\.streaming\.blockInterval\?/,
  )
  assert.equal(sc.getConf().get('spark.streaming.blockIntervall'), '50ms')
})

test('a second running context is refused and told where the first was made', async () => {
  await using sc = new SparkContext('local', 'first')
  assert.throws(() => new SparkContext('local', 'second'), {
    code: 'MULTIPLE_SPARK_CONTEXTS',
    message:
      /^Only one SparkContext should be running in this process \(SPARK-2243\)\. The currently running SparkContext was created at:\n.*spark-context\.test\.ts:\d+/,
  })
  assert.equal(SparkContext.getOrCreate(), sc)
})

test('stop may be called again, and everything after it is an error that says where', async () => {
  const sc = new SparkContext('local', 'app')
  const rdd = sc.parallelize([1])
  const stopped = sc.stop()
  assert.equal(sc.stop(), stopped)
  await stopped
  const message =
    /^Cannot call methods on a stopped SparkContext\.\nThis stopped SparkContext was created at:\n\n[\s\S]*spark-context\.test\.ts/
  assert.throws(() => sc.parallelize([1]), { code: 'SPARK_CONTEXT_STOPPED', message })
  assert.throws(() => rdd.map((n) => n), { message })
  assert.throws(() => sc.broadcast(1), { message })
  assert.throws(() => sc.longAccumulator(), { message })
  assert.throws(() => sc.textFile('x'), { message })
  await assert.rejects(rdd.collect(), { message })
  assert.equal(sc.isStopped, true)
})

test('an operation is named by the line that called it, or by the call site that was set', async () => {
  await using sc = new SparkContext('local', 'app')
  assert.match(sc.parallelize([1]).map((n) => n).lineage.callSite, /^map at spark-context\.test\.ts:\d+:\d+$/)
  sc.setCallSite('my place')
  assert.equal(sc.parallelize([1]).lineage.callSite, 'my place')
  sc.clearCallSite()
  assert.match(sc.jobProperties('count').callSite, /^count at spark-context\.test\.ts/)
})

test('spark.default.parallelism overrides the cores, and files are cut into at most two', async () => {
  await using sc = new SparkContext(
    new SparkConf(false).setMaster('local[2]').setAppName('app').set('spark.default.parallelism', 5),
  )
  assert.deepEqual([sc.defaultParallelism, sc.defaultMinPartitions], [5, 2])
  assert.equal(await sc.parallelize([1, 2]).getNumPartitions(), 5)
})

test('flows that run at the same time keep their own local properties', async () => {
  await using sc = new SparkContext('local', 'app')
  sc.setLocalProperty('who', 'parent')
  const flow = async (name: string) => {
    sc.setJobGroup(name, `the ${name} jobs`)
    await nextTurn()
    sc.setLocalProperty('who', sc.getLocalProperty('who') === 'parent' ? name : 'mixed up')
    await nextTurn()
    return [sc.getLocalProperty('who'), sc.jobProperties('count').group, sc.jobProperties('count').description]
  }
  assert.deepEqual(await Promise.all([flow('a'), flow('b')]), [
    ['a', 'a', 'the a jobs'],
    ['b', 'b', 'the b jobs'],
  ])
  assert.equal(sc.getLocalProperty('who'), 'parent')
})

test('a job group is three local properties', async () => {
  await using sc = new SparkContext('local', 'app')
  sc.setJobGroup('g', 'what it does', true)
  const keys = ['spark.jobGroup.id', 'spark.job.description', 'spark.job.interruptOnCancel']
  assert.deepEqual(
    keys.map((key) => sc.getLocalProperty(key)),
    ['g', 'what it does', 'true'],
  )
  sc.clearJobGroup()
  assert.deepEqual(
    keys.map((key) => sc.getLocalProperty(key)),
    [null, null, null],
  )
})

test('job tags are a set of words without commas', async () => {
  await using sc = new SparkContext('local', 'app')
  sc.addJobTag('a')
  sc.addJobTag('b')
  sc.addJobTag('a')
  assert.deepEqual(sc.getJobTags(), new Set(['a', 'b']))
  sc.removeJobTag('a')
  assert.equal(sc.getLocalProperty('spark.job.tags'), 'b')
  sc.clearJobTags()
  assert.deepEqual(sc.getJobTags(), new Set())
  assert.throws(() => sc.addJobTag('a,b'), /Spark job tag cannot contain ','\./)
  assert.throws(() => sc.addJobTag(''), /Spark job tag cannot be an empty string\./)
})

/** Starts a job of two partitions whose first task waits until `cancel` was called. */
async function cancelled(sc: SparkContext, cancel: () => unknown): Promise<unknown> {
  const events = new EventEmitter()
  const started = once(events, 'started')
  const job = sc.parallelize([1, 2], 2).foreachPartition(async () => {
    const opened = once(events, 'opened')
    events.emit('started')
    await opened
  })
  await started
  cancel()
  events.on('newListener', (name) => name === 'opened' && queueMicrotask(() => events.emit('opened')))
  events.emit('opened')
  return job.then(
    () => 'done',
    (error: unknown) => (error instanceof JobCancelledException ? error.message : error),
  )
}

test('jobs are cancelled by group, by tag and all together, each with the words of Spark', async () => {
  await using sc = new SparkContext('local', 'app')
  sc.setJobGroup('g', 'd')
  sc.addJobTag('t')
  assert.equal(await cancelled(sc, () => sc.cancelJobGroup('other')), 'done')
  assert.match(
    String(await cancelled(sc, () => sc.cancelJobGroup('g'))),
    /^Job 1 cancelled part of cancelled job group g$/,
  )
  assert.match(String(await cancelled(sc, () => sc.cancelJobGroup('g', 'because'))), /^Job 2 cancelled because$/)
  assert.match(
    String(await cancelled(sc, () => sc.cancelJobsWithTag('t'))),
    /^Job 3 cancelled part of cancelled job tags t$/,
  )
  assert.match(
    String(await cancelled(sc, () => sc.cancelAllJobs())),
    /^Job 4 cancelled as part of cancellation of all jobs$/,
  )
  assert.match(
    String(await cancelled(sc, () => void sc.stop())),
    /^Job 5 cancelled because SparkContext was shut down$/,
  )
})

test('a checkpoint directory of its own is made inside the given one, and goes with the context if it is empty', async () => {
  await using sc = new SparkContext('local', 'app')
  assert.equal(sc.getCheckpointDir(), null)
  const parent = join(directory, 'checkpoints')
  sc.setCheckpointDir(parent)
  await sc.parallelize([1]).count()
  const [child] = await readdir(parent)
  assert.match(child ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  assert.equal(sc.getCheckpointDir(), `file:${parent}/${child}`)
  await sc.stop()
  assert.deepEqual(await readdir(parent), [], 'nothing was written to it')
})

test('a checkpoint directory that cannot be made fails the next job', async () => {
  await using sc = new SparkContext('local', 'app')
  await writeFile(join(directory, 'file'), '')
  sc.setCheckpointDir(join(directory, 'file', 'below'))
  await assert.rejects(sc.parallelize([1]).count())
})

test('runJob gives one value per requested partition, in the requested order', async () => {
  await using sc = new SparkContext('local', 'app')
  const sums = (records: IterableIterator<number>, partition: number) => [
    partition,
    [...records].reduce((a, b) => a + b, 0),
  ]
  assert.deepEqual(await sc.runJob(sc.range(1, 9, 1, 4), sums), [
    [0, 3],
    [1, 7],
    [2, 11],
    [3, 15],
  ])
  assert.deepEqual(await sc.runJob(sc.range(1, 9, 1, 4), sums, [3, 0]), [
    [3, 15],
    [0, 3],
  ])
})

test('files are read as text, whole, as bytes and as records', async () => {
  await using sc = new SparkContext('local[2]', 'app')
  const files = join(directory, 'files')
  await mkdir(files)
  await writeFile(join(files, 'a.txt'), 'one\ntwo\n')
  await writeFile(join(files, '_hidden'), 'no')
  assert.deepEqual(await sc.textFile(files).collect(), ['one', 'two'])
  assert.deepEqual(await sc.wholeTextFiles(files).collect(), [[`file:${files}/a.txt`, 'one\ntwo\n']])
  const [binary] = await sc.binaryFiles(files).collect()
  assert.deepEqual(binary, [`file:${files}/a.txt`, Buffer.from('one\ntwo\n')])
  assert.deepEqual((await sc.binaryRecords(files, 4).collect()).map(String), ['one\n', 'two\n'])
  assert.throws(() => sc.binaryRecords(files, 0), { code: 'ILLEGAL_ARGUMENT' })
  await assert.rejects(sc.textFile(join(files, 'missing')).count(), /Input path does not exist: file:.*missing/)
})

test('wrong sizes and steps are refused', async () => {
  await using sc = new SparkContext('local', 'app')
  assert.throws(() => sc.parallelize([1], 0), /Positive number of partitions required/)
  assert.throws(() => sc.range(0, 3, 1, 0), /Positive number of partitions required/)
  assert.throws(() => sc.range(0, 3, 0), /requirement failed: step cannot be 0/)
  assert.throws(() => sc.range(0.5, 3), /whole number/)
})

test('log lines have a level that exists', async () => {
  await using sc = new SparkContext('local', 'app')
  assert.throws(() => sc.setLogLevel('FOO'), /Supplied level FOO did not match one of/)
  sc.setLogLevel('warn')
})

test('listeners and the status tracker hear of jobs and stages, also when a listener throws', async () => {
  await using sc = new SparkContext('local', 'app')
  sc.setLogLevel('OFF')
  const heard: string[] = []
  sc.addSparkListener({
    onJobStart() {
      throw new Error('deaf')
    },
  })
  sc.addSparkListener({
    onJobStart: ({ jobId, group }) => void heard.push(`job ${jobId} of ${group}`),
    onJobEnd: ({ jobId, failed }) => void heard.push(`job ${jobId} ${failed ? 'failed' : 'ended'}`),
    onStageSubmitted: ({ taskCount }) => void heard.push(`stage of ${taskCount}`),
    onStageCompleted: () => void heard.push('stage ended'),
  })
  sc.setJobGroup('g', '')
  await sc.parallelize([1, 2, 3], 3).count()
  const failing = sc.parallelize([1], 1).foreach(() => {
    throw new Error('no')
  })
  await assert.rejects(failing)
  await until(() => heard.length === 8)
  assert.deepEqual(heard, [
    'job 0 of g',
    'stage of 3',
    'stage ended',
    'job 0 ended',
    'job 1 of g',
    'stage of 1',
    'stage ended',
    'job 1 failed',
  ])
  assert.deepEqual(sc.statusTracker.getJobIdsForGroup('g'), [0, 1])
  assert.deepEqual(sc.statusTracker.getActiveJobIds(), [])
  sc.setLogLevel('WARN')
})
