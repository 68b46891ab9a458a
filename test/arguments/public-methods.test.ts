/**
 * Calls every public method of every class that the package exports, and every exported function, with wrong arguments: each must fail with an
 * error that names the method and the argument. Methods are found on the prototypes, so that a new one is tried too.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Argument } from '../../src/arguments/argument.ts'
import { signatureOf } from '../../src/arguments/check-arguments.ts'
import { MillstreamError } from '../../src/errors.ts'
import * as root from '../../src/index.ts'
import { unwatched } from '../../src/rdd/actions/watched-actions.ts'
import * as postgres from '../../src/sinks/postgres/index.ts'
import * as testing from '../../src/testing/index.ts'
import { useReferenceEngine } from '../model/use-reference-engine.ts'

after(useReferenceEngine())

/** A value that is no argument of any method that checks what it is given. */
class Stranger {}

/** Wrong values: a method must refuse each of them for each of its arguments that cannot be one. */
const WRONG = [
  new Stranger(),
  null,
  '46213',
  46213,
  Number.NaN,
  true,
  [5],
  {},
  () => 1,
  Symbol('wrong'),
  Promise.resolve(1),
]

/** Right values by the name of a parameter, for the arguments that stand before the one that is tried. */
let right: Readonly<Record<string, unknown>>
let instances: ReadonlyMap<string, object>
let harness: testing.StreamingHarness

before(async () => {
  harness = new testing.StreamingHarness()
  const { sc, ssc } = harness
  const stream = harness.input([[['a', 1]]] as [string, number][][])
  const pairs = sc.parallelize([['a', 1]] as [string, number][], 2)
  const second = root.Seconds(1)
  const time = new root.Time(1000)
  const spec = root.StateSpec.function((key: string) => key)
  class Idle extends root.Receiver<number> {
    onStart() {}
    onStop() {}
  }
  instances = new Map<string, object>([
    ['RDD', pairs],
    ['SparkContext', sc],
    ['StreamingContext', ssc],
    ['DStream', stream],
    ['StateSpec', spec],
    ['Duration', second],
    ['Time', time],
    ['Interval', new root.Interval(time, time)],
    ['SparkConf', new root.SparkConf(false)],
    ['Receiver', new Idle()],
    ['ManualClock', new testing.ManualClock()],
    ['StreamingHarness', harness],
  ])
  right = {
    other: pairs,
    'DStream.other': stream,
    f: (value: unknown) => value,
    interval: second,
    'Interval.time': second,
    'ManualClock.time': 0,
    that: time,
    duration: second,
    windowDuration: second,
    slideDuration: second,
    partitioner: 2,
    numPartitions: 2,
    partitions: 2,
    withReplacement: false,
    fraction: 0.5,
    fractions: new Map(),
    count: 1,
    timeoutMs: 0,
    timeout: 0,
    path: 'nowhere',
    groupId: 'g',
    description: 'd',
    key: 'k',
    message: 'm',
    host: 'localhost',
    port: 9,
    directory: '/nowhere',
    values: [1],
    start: 0,
    rdd: pairs,
    streams: [stream],
    weights: [1],
    command: 'cat',
    bounds: [0, 1],
    checkpointPath: '/nowhere',
    setup: () => ssc,
    queue: [],
    prefix: 'p',
    fromTime: time,
    zero: 0,
    lower: 1,
    upper: 2,
    rememberPartitioner: true,
    stopSparkContext: false,
    batches: [],
    now: 0,
    accumulator: new root.LongAccumulator(),
    tag: 't',
    converter: () => [],
    partition: { index: 0 },
    p: 12,
    sp: 0,
    keyClass: 'Text',
    processPartition: () => 1,
    'SparkContext.partitions': [0],
    resultHandler: () => {},
    fn: () => 1,
    evaluator: { merge() {}, currentResult() {} },
    taskId: 987_654,
    jobId: 987_654,
    stageId: 987_654,
  }
})

after(() => harness[Symbol.asyncDispose]())

/** Methods that are not for users, or that take anything at all. */
const NOT_TRIED = new Set([
  // Of the library alone.
  ...internal('RDD', 'from derive deriveLater keyBoundsSampler'),
  ...internal(
    'SparkContext',
    'getSetting callSite jobProperties newRddId nodeCreated unpersist checkpointLocally fileSystem',
  ),
  ...internal('SparkContext', 'withLocalProperties assertNotStopped onStop asAction'),
  ...internal('StreamingContext', 'batchProcessed callSiteOfNewStream'),
  ...internal('DStream', 'derive initialize remember isTimeValid getOrCompute getOrComputeAnew inputsOfEarlierFormat'),
  ...internal(
    'DStream',
    'restoreCheckpointData assertRecoverable restoreRDD beginAt clearMetadata mayForget newestWritten',
  ),
  ...internal('DStream', 'rddsBetween rememberAtLeast compute validateAtStart'),
  ...internal('SparkConf', 'readSetting'),
  // Called for each record, by what the library gives to a user's function; they take any record.
  ...internal('State', 'update wrap wrapTimingOut'),
])

function internal(className: string, names: string): string[] {
  return names.split(' ').map((name) => `${className}.${name}`)
}

/** Each method of a class and of those that it extends, the nearest first. */
function methodsOf(prototype: object): Map<string, (...args: unknown[]) => unknown> {
  const methods = new Map<string, (...args: unknown[]) => unknown>()
  for (let one = prototype; one !== Object.prototype; one = Object.getPrototypeOf(one) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(one))) {
      if (name !== 'constructor' && typeof value === 'function' && !methods.has(name)) methods.set(name, value)
    }
  }
  return methods
}

/** Whether a function has parameters, optional ones too, by its text. */
function hasParameters(method: (...args: unknown[]) => unknown): boolean {
  return !/^(?:async\s+)?\*?\s*[\w$]*\s*\(\s*\)/.test(String(method))
}

/** The error of a call, whether it throws or rejects; undefined for a call that was taken. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    const result = call()
    if (result instanceof Promise) await result
    return undefined
  } catch (error) {
    return error
  }
}

interface Call {
  readonly where: string
  /** The method's arguments, given the first ones: some methods have several forms. */
  readonly formOf: (args: readonly unknown[]) => readonly Argument[]
  readonly run: (args: readonly unknown[]) => unknown
}

/** Tries all wrong values at each place of a call. @returns how many values were refused. */
async function tryWrongArguments({ where, formOf, run }: Call): Promise<number> {
  const className = where.split('.')[0]!
  const before: unknown[] = []
  let refused = 0
  for (const [place, argument] of formOf([]).entries()) {
    for (const value of WRONG.filter((one) => formOf([...before, one])[place]?.accepts(one) === false)) {
      const error = await failureOf(() => run([...before, value]))
      const tried = `${where}(${[...before, value].map(shown).join(', ')})`
      assert.ok(error instanceof MillstreamError, `${tried} gives ${String(error)}`)
      assert.equal(error.code, 'WRONG_ARGUMENT', `${tried}: ${error.message}`)
      const { name } = formOf([...before, value])[place]!
      assert.ok(error.message.startsWith(`${where}: ${name} must be `), `${tried}: ${error.message}`)
      refused++
    }
    before.push(
      right[`${className}.${argument.name}`] ?? right[argument.name] ?? (argument.isOptional ? undefined : () => 1),
    )
  }
  return refused
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : String(value)
}

/** Arguments that may be anything: a key, a record, a zero, an error. No other may be declared so. */
const ANYTHING = new Set(
  'zero key lower upper value that data metadata item error defaultValue initial interval request'.split(' '),
)

const CLASSES = [
  'RDD',
  'SparkContext',
  'StreamingContext',
  'DStream',
  'StateSpec',
  'Duration',
  'Time',
  'Interval',
  'SparkConf',
  'Receiver',
]

for (const className of [...CLASSES, 'ManualClock', 'StreamingHarness']) {
  test(`every method of ${className} refuses wrong arguments by name`, async () => {
    const exported = { ...root, ...testing } as unknown as Record<string, { prototype: object }>
    let refused = 0
    for (const [name, method] of methodsOf(exported[className]!.prototype)) {
      const where = `${className}.${name}`
      const signature = signatureOf(method)
      if (signature === undefined) {
        assert.ok(!hasParameters(unwatched(method)) || NOT_TRIED.has(where), `${where} takes arguments and checks none`)
        continue
      }
      const formOf = (args: readonly unknown[]) => (typeof signature === 'function' ? signature(args) : signature)
      for (const argument of formOf([])) {
        const isAnything = argument.accepts(new Stranger()) && argument.accepts(Symbol('any'))
        assert.ok(!isAnything || ANYTHING.has(argument.name), `${where}: ${argument.name} may be anything`)
      }
      const run = (args: readonly unknown[]) => method.apply(instances.get(className), [...args])
      refused += await tryWrongArguments({ where, formOf, run })
    }
    assert.ok(refused > 10, `only ${refused} wrong values were tried`)
  })
}

/** What a call with a wrong argument says: the method, and the argument. */
async function refuses(call: () => unknown, message: RegExp): Promise<void> {
  const error = await failureOf(call)
  assert.ok(error instanceof MillstreamError, `${String(call)} gives ${String(error)}`)
  assert.equal(error.code, 'WRONG_ARGUMENT', error.message)
  assert.match(error.message, message)
}

type Wrong = never

test('constructors, exported functions and methods that are called for each record refuse wrong arguments by name', async () => {
  const tried = new Map<string, [() => unknown, RegExp][]>([
    [
      'Duration',
      [[() => new root.Duration('5' as Wrong), /^new Duration: milliseconds must be a number but is the string '5'/]],
    ],
    ['Time', [[() => new root.Time('5' as Wrong), /^new Time: milliseconds/]]],
    ['Interval', [[() => new root.Interval(5 as Wrong, 6 as Wrong), /^new Interval: beginTime must be a Time/]]],
    ['Milliseconds', [[() => root.Milliseconds('5' as Wrong), /^Milliseconds: milliseconds/]]],
    ['Seconds', [[() => root.Seconds('5' as Wrong), /^Seconds: seconds/]]],
    ['Minutes', [[() => root.Minutes('5' as Wrong), /^Minutes: minutes/]]],
    ['HashPartitioner', [[() => new root.HashPartitioner('3' as Wrong), /^new HashPartitioner: partitions/]]],
    [
      'RangePartitioner',
      [[() => new root.RangePartitioner('3' as Wrong, true, () => 0), /^new RangePartitioner: bounds/]],
    ],
    [
      'StatCounter',
      [
        [() => new root.StatCounter(5 as Wrong), /^new StatCounter: values must be an array/],
        [() => new root.StatCounter().merge('5' as Wrong), /^StatCounter.merge: value/],
        [() => new root.StatCounter().mergeStats(5 as Wrong), /^StatCounter.mergeStats: other/],
      ],
    ],
    [
      'LongAccumulator',
      [
        [() => new root.LongAccumulator().add('5' as Wrong), /^LongAccumulator.add: value/],
        [() => new root.LongAccumulator().merge(5 as Wrong), /^LongAccumulator.merge: other/],
      ],
    ],
    ['DoubleAccumulator', [[() => new root.DoubleAccumulator().add('5' as Wrong), /^DoubleAccumulator.add: value/]]],
    [
      'SparkContext',
      [
        [() => new root.SparkContext('local', 5 as Wrong), /^new SparkContext: appName must be a string/],
        [() => new root.SparkContext({} as Wrong), /^new SparkContext: conf must be a SparkConf/],
        [() => root.SparkContext.getOrCreate('local' as Wrong), /^SparkContext.getOrCreate: conf/],
      ],
    ],
    [
      'StreamingContext',
      [
        [
          () => new root.StreamingContext(harness.sc, '1'),
          /^new StreamingContext: batchDuration must be a Duration.*'1s' for seconds/,
        ],
        [() => new root.StreamingContext({} as Wrong, 1), /^new StreamingContext: sparkContext/],
        [
          () => new root.StreamingContext(harness.sc, 1, { clocks: 1 } as Wrong),
          /^new StreamingContext: options.*no option clocks/,
        ],
        [
          () => root.StreamingContext.getOrCreate('d', {} as Wrong),
          /^StreamingContext.getOrCreate: setup must be a function/,
        ],
        [
          () => root.StreamingContext.getActiveOrCreate({} as Wrong),
          /^StreamingContext.getActiveOrCreate: setup must be a function/,
        ],
      ],
    ],
    ['StateSpec', [[() => root.StateSpec.function({} as Wrong), /^StateSpec.function: mapping must be a function/]]],
    ['Ordering', [[() => root.Ordering.by(5 as Wrong), /^Ordering.by: key must be a function/]]],
    [
      'ConstantInputDStream',
      [[() => new root.ConstantInputDStream(harness.ssc, 5 as Wrong), /^new ConstantInputDStream: rdd must be an RDD/]],
    ],
    [
      'registerFileSystem',
      [[() => root.registerFileSystem(5 as Wrong, () => 5 as Wrong), /^registerFileSystem: scheme/]],
    ],
    [
      'setLogDestination',
      [[() => root.setLogDestination(5 as Wrong), /^setLogDestination: write must be a function, or null/]],
    ],
    ['postgresSink', [[() => postgres.postgresSink(5 as Wrong), /^postgresSink: options must be an object/]]],
    ['SparkFiles', [[() => root.SparkFiles.get(5 as Wrong), /^SparkFiles.get: filename must be a string/]]],
    ['ManualClock', [[() => new testing.ManualClock('5' as Wrong), /^new ManualClock: now/]]],
    ['StreamingHarness', [[() => new testing.StreamingHarness(5 as Wrong), /^new StreamingHarness: options/]]],
    ['Collector', [[() => new testing.Collector(5 as Wrong), /^new Collector: stream must be a DStream/]]],
    ['runBatches', [[() => testing.runBatches(5 as Wrong, (stream) => stream), /^runBatches: input must be an array/]]],
  ])
  for (const calls of tried.values()) for (const [call, message] of calls) await refuses(call, message)

  // What is exported and neither tried above nor by its methods takes nothing from users.
  const made = new Set(
    (
      'Accumulator AccumulatorV2 BoundedDouble Broadcast CollectionAccumulator DStream DirectInputDStream FutureAction InputDStream ' +
      'PartialResult Partitioner RDD Receiver ReceiverInputDStream SparkConf SparkListener State StatsReportListener StorageLevel ' +
      'StreamingListener SystemClock TaskContext WriteAheadLog ListenerLog TextOutput ' +
      'Dependency NarrowDependency OneToOneDependency PartitionGroup RangeDependency ShuffleDependency'
    ).split(' '),
  )
  for (const [name, value] of Object.entries({ ...root, ...postgres, ...testing })) {
    const isError =
      typeof value === 'function' && (value === MillstreamError || value.prototype instanceof MillstreamError)
    if (typeof value !== 'function' || isError) continue
    assert.ok(tried.has(name) || made.has(name), `nobody tries ${name} with wrong arguments`)
  }
})

test('arguments as the command line and the environment give them are refused with what to write', async () => {
  const { sc, ssc } = harness
  const rdd = sc.parallelize([1, 2], 2)
  const stream = harness.input([[['a', 1]]] as [string, number][][])
  const pairs = rdd.map((n) => [n, n])
  await refuses(
    () => ssc.socketTextStream('localhost', '46213' as Wrong),
    /port must be .* the string '46213'\. .*Number\(text\)/,
  )
  await refuses(() => stream.join(rdd as Wrong), /DStream.join: other must be a DStream but is an RDD.*transform/)
  await refuses(() => ssc.queueStream([5] as Wrong), /queueStream: queue must be an array of batches/)
  await refuses(() => rdd.union([2] as Wrong), /RDD.union: other must be an RDD but is an array.*parallelize/)
  await refuses(() => stream.window('2'), /DStream.window: windowDuration.*'2s' for seconds/)
  await refuses(
    () => stream.mapWithState((() => 1) as Wrong),
    /mapWithState: spec must be a StateSpec.*StateSpec.function\(f\)/,
  )
  for (const call of [
    () => pairs.reduceByKey((a) => a, '3' as Wrong),
    () => pairs.groupByKey('3' as Wrong),
    () => pairs.partitionBy('3' as Wrong),
    () => pairs.join(pairs, '3' as Wrong),
    () => rdd.distinct('3' as Wrong),
    () => rdd.repartition('3' as Wrong),
    () => rdd.coalesce('3' as Wrong),
    () => rdd.sortBy((n) => n, true, '3' as Wrong),
    () => sc.parallelize([1], '3' as Wrong),
    () => sc.textFile('f', '3' as Wrong),
    () => stream.reduceByKey((a) => a, '3' as Wrong),
    () => stream.countByValue('3' as Wrong),
  ]) {
    await refuses(call, /must be a whole number of partitions.* the string '3'/)
  }
})

test('an argument too many is refused', async () => {
  const rdd = harness.sc.parallelize([1, 2], 2)
  await refuses(
    () => (rdd.map as (...args: unknown[]) => unknown)((n: number) => n, true),
    /RDD.map takes no more arguments than f/,
  )
})

test('options of Scala and Python are refused with what to write', async () => {
  const rdd = harness.sc.parallelize([3, 1, 2], 2)
  await refuses(() => rdd.pipe('cat', { FOO: 'x' } as Wrong), /no option FOO.*\{ env: \{ FOO: 'x' \} \}/)
  for (const call of [
    () => rdd.takeOrdered(2, ((x: number) => -x) as Wrong),
    () => rdd.top(2, ((x: number) => -x) as Wrong),
    () => rdd.max(((x: number) => -x) as Wrong),
    () => rdd.min(((x: number) => -x) as Wrong),
    () => rdd.sortBy((x) => x, true, 2, ((x: number) => -x) as Wrong),
    () => rdd.map((x) => [x, x]).sortByKey(true, 2, ((x: number) => -x) as Wrong),
  ]) {
    await refuses(
      call,
      /ordering must be an ordering, a function \(a, b\) => number.*write \(a, b\) => b - a.*Ordering.by/,
    )
  }
  await refuses(
    () => rdd.sortBy(((a: number, b: number) => a - b) as Wrong),
    /RDD.sortBy: f.*A function of two parameters is an ordering/,
  )
  assert.deepEqual(
    await rdd.takeOrdered(
      2,
      root.Ordering.by((x) => -x),
    ),
    [3, 2],
  )
  assert.deepEqual(await rdd.top(2, root.Ordering.reverse()), [1, 2])
})

test('durations are taken as text', async () => {
  const { ssc } = harness
  const stream = harness.input([[['a', 1]]] as [string, number][][])
  assert.equal(stream.window('10s', '5s').slideDuration.milliseconds, 5000)
  assert.equal(root.Seconds(1).plus('1m').milliseconds, 61_000)
  assert.equal(new root.Time(5000).minus('2s').milliseconds, 3000)
  assert.equal(root.StateSpec.function((key: string) => key).timeout('1h').settings.timeout?.milliseconds, 3_600_000)
  stream.checkpoint('10s')
  ssc.remember('1m')
  const result = await harness.sc.parallelize([1], 1).countApprox('10s')
  assert.equal(await result.getFinalValue().then((value) => value.mean), 1)
})
