import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import {
  type BatchPlan,
  type BatchSource,
  InputDStream,
  Partitioner,
  type RDD,
  Receiver,
  registerFileSystem,
  SparkConf,
  SparkContext,
  StreamingContext,
  Time,
} from '../../src/index.ts'
import { ManualClock } from '../../src/testing/index.ts'
import type { FileSystemHook } from '../fixtures/hooked-file-system.ts'
import { until } from '../model/until.ts'

// Every function, class and object that a program hands over is called by the library at some time. Here each of them misbehaves once, in each of three ways. What
// went wrong must be told where it belongs, what comes after must work, a stop must end, and no rejection may be left to nobody.

type Mode = 'throws' | 'rejects' | 'hangs'
const MODES: readonly Mode[] = ['throws', 'rejects', 'hangs']

const root = mkdtempSync(join(tmpdir(), 'millstream-hooks-'))
after(() => rmSync(root, { recursive: true, force: true }))

/** Misbehaves in the batch at 2000 ms, or at the first call where there is no batch, and only once. */
class Trouble {
  readonly mode: Mode
  #isOver = false
  #isArmed: boolean

  constructor(mode: Mode, isArmed: boolean) {
    this.mode = mode
    this.#isArmed = isArmed
  }

  arm(): void {
    this.#isArmed = true
  }

  get hasStruck(): boolean {
    return this.#isOver
  }

  /** What a hook does first. @returns a promise where the hook may be async. */
  strike<T>(result: T): T | Promise<T> {
    if (this.#isOver || !this.#isArmed) return result
    this.#isOver = true
    if (this.mode === 'throws') throw new Error(MESSAGE)
    return this.mode === 'rejects' ? Promise.reject(new Error(MESSAGE)) : new Promise<T>(() => {})
  }
}

const MESSAGE = 'expected: a hook of the program failed'

interface Run {
  readonly ssc: StreamingContext
  readonly sc: SparkContext
  readonly clock: ManualClock
  readonly trouble: Trouble
}

interface Hook {
  /** How the hook may misbehave; in all three ways unless given. */
  readonly modes?: readonly Mode[]
  /** Settings of the context. */
  readonly conf?: (directory: string, mode: Mode) => Readonly<Record<string, string>>
  /** Whether the hook misbehaves from the start on, and not from the second batch on. */
  readonly atStart?: boolean
  /** Whether what misbehaves is made by the hook itself, and not by the {@link Trouble}. */
  readonly ownTrouble?: boolean
  /** Whether the program's own file system has the checkpoints. */
  readonly hasFileSystem?: boolean
  /** Whether the hook is only called by the stop. */
  readonly atStop?: boolean
  /** Where a failure is told: in the log, by `start()`, or nowhere, as a second attempt succeeds; by `awaitTermination` unless given. */
  readonly told?: 'log' | 'start' | 'nowhere'
  readonly setUp: (run: Run) => void
}

/** A source by positions whose methods misbehave. */
class Source implements BatchSource<number, number> {
  readonly #trouble: Trouble
  readonly #method: string
  #next = 0

  constructor(trouble: Trouble, method: string) {
    this.#trouble = trouble
    this.#method = method
  }
  #strike<T>(method: string, result: T): T {
    return method === this.#method ? (this.#trouble.strike(result) as T) : result
  }
  open(): undefined {
    return this.#strike('open', undefined)
  }
  beginning(): number {
    return this.#strike('beginning', 0)
  }
  plan(): BatchPlan<number, number> {
    const positions = this.#next++
    return this.#strike('plan', { positions, partitions: this.#read(positions), records: 1 })
  }
  replan(_time: Time, positions: number) {
    return this.#strike('replan', this.#read(positions))
  }
  describe() {
    return this.#strike('describe', { records: 1 })
  }
  completed(): undefined {
    return this.#strike('completed', undefined)
  }
  close(): undefined {
    return this.#strike('close', undefined)
  }
  #read(positions: number) {
    return [{ kind: 'read', data: positions, read: readOne } as const]
  }
}

function* readOne(position: number): Generator<number> {
  yield position
}

class Listening extends Receiver<number> {
  readonly #trouble: Trouble
  readonly #method: string
  constructor(trouble: Trouble, method: string) {
    super()
    this.#trouble = trouble
    this.#method = method
  }
  override onStart(): void | Promise<void> {
    if (this.#method === 'onStart') return this.#trouble.strike(undefined)
  }
  override onStop(): void | Promise<void> {
    if (this.#method === 'onStop') return this.#trouble.strike(undefined)
  }
}

class Input extends InputDStream<number> {
  readonly #trouble: Trouble
  readonly #method: string
  constructor(ssc: StreamingContext, trouble: Trouble, method: string) {
    super(ssc)
    this.#trouble = trouble
    this.#method = method
  }
  #strike<T>(method: string, result: T): T {
    return method === this.#method ? (this.#trouble.strike(result) as T) : result
  }
  override start(): undefined {
    return this.#strike('start', undefined)
  }
  override stop(): undefined {
    return this.#strike('stop', undefined)
  }
  override compute(): RDD<number> {
    return this.#strike('compute', this.context.sparkContext.parallelize([1], 1))
  }
  override checkpointData(): null {
    return this.#strike('checkpointData', null)
  }
}

/** A module with a write-ahead log in which one method misbehaves once a file tells it to. */
function logModule(directory: string, method: string, mode: Mode): string {
  const file = join(directory, `log-${method}.mjs`)
  const misbehave = {
    throws: `throw new Error('${MESSAGE}')`,
    rejects: `return Promise.reject(new Error('${MESSAGE}'))`,
    hangs: 'return new Promise(() => {})',
  }[mode]
  const body = (name: string, otherwise: string) =>
    `${name} { if ('${name.replace(/\(.*/, '')}' === '${method}' && !globalThis.hasLogStruck) { globalThis.hasLogStruck = true; ${misbehave} } ${otherwise} }`
  writeFileSync(
    file,
    `globalThis.hasLogStruck = false
export default class Log {
  records = []
  ${body('write(record)', 'this.records.push(Buffer.from(record)); return this.records.length - 1')}
  ${body('read(handle)', 'return this.records[handle]')}
  readAll() { return (async function* () {})() }
  ${body('clean()', '')}
  ${body('close()', '')}
}`,
  )
  return file
}

/** Stores a record whenever it is told to. */
class Storing extends Receiver<number> {
  override onStart(): void {}
  override onStop(): void {}
  put(): Promise<void> {
    return this.store([1], undefined)
  }
}

const inputOf = ({ sc, ssc }: Run) => ssc.queueStream([1, 2, 3, 4].map((n) => sc.parallelize([n], 1)))
const ofSource = (method: string, rest: Partial<Hook> = {}): Hook => ({
  ...rest,
  setUp: ({ ssc, trouble }) => ssc.directStream(new Source(trouble, method)).foreachRDD((rdd) => rdd.count()),
})
const ofReceiver = (method: string, rest: Partial<Hook> = {}): Hook => ({
  ...rest,
  setUp: ({ ssc, trouble }) => ssc.receiverStream(new Listening(trouble, method)).foreachRDD(() => {}),
})
const ofInput = (method: string, rest: Partial<Hook> = {}): Hook => ({
  ...rest,
  setUp: ({ ssc, trouble }) => new Input(ssc, trouble, method).foreachRDD((rdd) => rdd.count()),
})
const ofLog = (method: string, rest: Partial<Hook> = {}): Hook => ({
  ...rest,
  told: 'log',
  ownTrouble: true,
  conf: (directory, mode) => ({
    'spark.streaming.receiver.writeAheadLog.enable': 'true',
    'spark.streaming.receiver.writeAheadLog.class': logModule(directory, method, mode),
    'spark.streaming.receiver.blockStoreTimeout': '1s',
    'spark.streaming.receiverRestartDelay': '0',
  }),
  setUp: ({ ssc }) => {
    const receiver = new Storing()
    const stream = ssc.receiverStream(receiver)
    stream.foreachRDD(() => void receiver.put().catch(() => {}))
  },
})

const ofFileSystem = (method: string, rest: Partial<Hook> = {}): Hook => ({
  ...rest,
  hasFileSystem: true,
  setUp: (run) => {
    ;(globalThis as FileSystemHook).fileSystemHook = (called) =>
      called === method ? run.trouble.strike(undefined) : undefined
    inputOf(run).foreachRDD(() => {})
  },
})

/** A clock of the program: one that stands still, as the manual clock does. */
class TroubledClock extends ManualClock {
  trouble: Trouble | null = null
  override waitTill(time: number, signal?: AbortSignal): Promise<number> {
    const struck = this.trouble?.strike(undefined)
    return struck instanceof Promise ? struck.then(() => 0) : super.waitTill(time, signal)
  }
}

/** The hooks of streams: those that the driver calls. */
const STREAM_HOOKS: Readonly<Record<string, Hook>> = {
  'the function of foreachRDD': {
    setUp: (run) => inputOf(run).foreachRDD(() => run.trouble.strike(undefined)),
  },
  'the function of transform': {
    setUp: (run) =>
      inputOf(run)
        .transform((rdd) => run.trouble.strike(rdd))
        .foreachRDD(() => {}),
  },
  'an action that foreachRDD does not wait for': {
    modes: ['throws'],
    ownTrouble: true,
    setUp: (run) =>
      inputOf(run).foreachRDD((rdd, time) => {
        const isBroken = time.milliseconds === 2000
        void rdd.foreach(() => fail(isBroken))
      }),
  },
  'a method of a StreamingListener': {
    told: 'log',
    setUp: (run) => {
      inputOf(run).foreachRDD(() => {})
      run.ssc.addStreamingListener({ onBatchCompleted: () => run.trouble.strike(undefined) as undefined })
    },
  },
  'an async method of a StreamingListener': {
    told: 'log',
    setUp: (run) => {
      inputOf(run).foreachRDD(() => {})
      run.ssc.addStreamingListener({ onBatchCompleted: async () => run.trouble.strike(undefined) })
    },
  },
  'a method of a SparkListener': {
    told: 'log',
    // The listener stays with its context.
    conf: () => ({}),
    setUp: (run) => {
      inputOf(run).foreachRDD((rdd) => rdd.count())
      run.sc.addSparkListener({ onJobEnd: () => run.trouble.strike(undefined) as undefined })
    },
  },
  'an output that print writes to': {
    modes: ['throws'],
    setUp: (run) => {
      Object.assign(run.ssc, { output: { write: () => run.trouble.strike(undefined) } })
      inputOf(run).print()
    },
  },
  'the filter of fileStream': {
    modes: ['throws'],
    setUp: (run) => {
      const directory = mkdtempSync(join(root, 'in-'))
      writeFileSync(join(directory, 'old'), 'x\n')
      const filter = () => run.trouble.strike(true) as boolean
      run.ssc.fileStream(directory, { filter }).foreachRDD(() => {})
    },
  },
  'open of a BatchSource': ofSource('open', { atStart: true, told: 'start' }),
  'beginning of a BatchSource': ofSource('beginning', { atStart: true, told: 'start' }),
  'plan of a BatchSource': ofSource('plan'),
  'completed of a BatchSource': ofSource('completed', { told: 'log' }),
  'close of a BatchSource': ofSource('close', { atStop: true, told: 'log' }),
  'onStart of a Receiver': ofReceiver('onStart', { atStart: true, told: 'log' }),
  'onStop of a Receiver': ofReceiver('onStop', { atStop: true, told: 'log' }),
  'start of an InputDStream': ofInput('start', { atStart: true, told: 'start' }),
  'compute of an InputDStream': ofInput('compute'),
  'checkpointData of an InputDStream': ofInput('checkpointData', { modes: ['throws'] }),
  'stop of an InputDStream': ofInput('stop', { atStop: true, told: 'log' }),
  'waitTill of a Clock': {
    setUp: (run) => {
      inputOf(run).foreachRDD(() => {})
      ;(run.clock as TroubledClock).trouble = run.trouble
    },
  },
  'create of a FileSystem': ofFileSystem('create', { told: 'nowhere' }),
  'rename of a FileSystem': ofFileSystem('rename', { told: 'nowhere' }),
  'mkdirs of a FileSystem': ofFileSystem('mkdirs', { atStart: true, told: 'start' }),
  'listStatus of a FileSystem': ofFileSystem('listStatus', { atStart: true, told: 'start' }),
  'write of a WriteAheadLog': ofLog('write', { modes: ['throws', 'rejects'] }),
  'close of a WriteAheadLog': ofLog('close', { atStop: true }),
}

function fail(isBroken: boolean): void {
  if (isBroken) throw new Error('expected: a hook of the program failed')
}

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
let logged: string[] = []

describe('a hook that misbehaves leaves the rest working', () => {
  const write = process.stderr.write
  before(() => {
    process.on('unhandledRejection', note)
    process.stderr.write = ((text: string | Uint8Array) => logged.push(String(text)) > 0) as typeof write
  })
  after(async () => {
    await shared?.stop()
    process.off('unhandledRejection', note)
    process.stderr.write = write
  })
  beforeEach(() => {
    unhandled.length = 0
    logged = []
  })

  for (const [name, hook] of Object.entries(STREAM_HOOKS)) {
    for (const mode of hook.modes ?? MODES) test(`${name} ${mode}`, () => runHook(hook, mode))
  }
})

async function runHook(hook: Hook, mode: Mode): Promise<void> {
  const directory = mkdtempSync(join(root, 'run-'))
  const scheme = `hooked${schemes++}`
  if (hook.hasFileSystem === true) {
    const module = new URL('../fixtures/hooked-file-system.ts', import.meta.url)
    const options = { root: directory, scheme, atomicRename: true }
    registerFileSystem(scheme, { module, exportName: 'hookedFileSystem', options })
  }
  const sc = await contextOf(hook.conf?.(directory, mode))
  const clock = new TroubledClock(0)
  const ssc = new StreamingContext(sc, 1, { clock })
  ssc.checkpoint(hook.hasFileSystem === true ? `${scheme}://bucket/checkpoints` : join(directory, 'checkpoints'))
  const trouble = new Trouble(mode, hook.atStart ?? false)
  const seen: number[] = []
  try {
    // The SparkContext's own directory below the checkpoint directory is there.
    assert.equal(await sc.parallelize([1], 1).count(), 1)
    hook.setUp({ ssc, sc, clock, trouble })
    ssc.queueStream([1, 2, 3].map((n) => sc.parallelize([n], 1))).foreachRDD(async (rdd, time) => {
      await rdd.count()
      seen.push(time.milliseconds)
    })
    await runStream({ ssc, sc, clock, trouble }, hook, seen)
  } finally {
    delete (globalThis as FileSystemHook).fileSystemHook
    await ssc.stop({ stopSparkContext: false })
    if (hook.conf !== undefined) await sc.stop()
  }
}

let schemes = 0
/** The context of all hooks that need no settings of their own. */
let shared: SparkContext | null = null

async function contextOf(settings?: Readonly<Record<string, string>>): Promise<SparkContext> {
  if (settings === undefined && shared !== null && !shared.isStopped) return shared
  await shared?.stop()
  const conf = new SparkConf(false).setMaster('local[1]').setAppName('hooks')
  conf.setAll({
    'millstream.streaming.stopTimeout': '50ms',
    'spark.streaming.gracefulStopTimeout': '50ms',
    'spark.streaming.concurrentJobs': '2',
    ...settings,
  })
  const made = new SparkContext(conf)
  if (settings === undefined) shared = made
  return made
}

/** Runs three batches, in the second of which the hook misbehaves, and stops. */
async function runStream(
  { ssc, sc, clock, trouble }: Run & { readonly clock: TroubledClock },
  hook: Hook,
  seen: number[],
): Promise<void> {
  const { told } = hook
  const hangs = trouble.mode === 'hangs'
  const started = ssc.start()
  if (told === 'start') {
    const failed = assert.rejects(started, hangs ? { code: 'STREAMING_CONTEXT_STOPPED' } : { message: MESSAGE })
    // A start that hangs is over when the context is stopped; who waits for the start may wait on.
    if (hangs) failed.catch(() => {})
    else await failed
  } else {
    await started
    for (let batch = 1; batch <= 3; batch++) {
      if (batch === 2 && hook.atStop !== true) trouble.arm()
      clock.advance(1000)
      const waits = hangs ? batch === 1 || told === 'log' : clock.trouble === null || batch === 1
      await (waits ? ssc.batchProcessed(new Time(clock.now())) : turns())
    }
    // Of what hangs others may have to wait: a batch for its own function, the next batch for a plan.
    if (told === 'log') await until(() => seen.length === 3, 'three batches')
    else if (!hangs) {
      await until(() => seen.includes(1000), 'the first batch')
      if (clock.trouble === null) await until(() => seen.includes(3000), 'the third batch')
    }
    if (told === undefined && !hangs) {
      await assert.rejects(ssc.awaitTermination(), (error: Error) => textOf(error).includes(MESSAGE))
    }
  }
  trouble.arm()
  assert.equal(await sc.parallelize([1], 1).count(), 1)
  await ssc.stop({ stopSparkContext: false, stopGracefully: told !== 'start' })
  assert.equal(ssc.getState(), 'STOPPED')
  const before = seen.length
  clock.advance(2000)
  await setImmediate()
  assert.equal(seen.length, before, 'a batch ran after the stop')
  assert.equal(await sc.parallelize([1, 2], 1).count(), 2)
  if (told !== 'nowhere') assert(trouble.hasStruck || hook.ownTrouble === true, 'the hook was called')
  if (told === 'log' && !hangs) await until(() => logged.some((line) => line.includes(MESSAGE)), 'a line in the log')
  await setImmediate()
  assert.deepEqual(unhandled, [])
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate()
}

/** An error's text with those of its causes. */
function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${textOf(error.cause)}` : ''
}

describe('a file system that misbehaves when the checkpoint directory of a SparkContext is made', () => {
  for (const mode of MODES) {
    test(`${mode}: the job that waits for it fails, and the next one works`, async () => {
      const directory = mkdtempSync(join(root, 'run-'))
      const scheme = `hooked${schemes++}`
      const module = new URL('../fixtures/hooked-file-system.ts', import.meta.url)
      const options = { root: directory, scheme, atomicRename: true }
      registerFileSystem(scheme, { module, exportName: 'hookedFileSystem', options })
      const trouble = new Trouble(mode, true)
      ;(globalThis as FileSystemHook).fileSystemHook = (called) =>
        called === 'mkdirs' ? trouble.strike(undefined) : undefined
      await using sc = new SparkContext('local[1]', 'hooks')
      try {
        sc.setCheckpointDir(`${scheme}://bucket/checkpoints`)
        const job = sc.parallelize([1], 1).count()
        if (mode === 'hangs') {
          const cancelled = assert.rejects(job, { code: 'SPARK_JOB_CANCELLED' })
          await setImmediate()
          sc.cancelAllJobs()
          await cancelled
        } else {
          await assert.rejects(job, { message: MESSAGE })
          assert.equal(await sc.parallelize([1], 1).count(), 1)
        }
      } finally {
        delete (globalThis as FileSystemHook).fileSystemHook
      }
    })
  }
})

/** Functions that run on workers, and classes of the program that are called there or on the driver for the sake of a job. */
const JOB_HOOKS: Readonly<Record<string, (sc: SparkContext, mode: Mode) => Promise<unknown>>> = {
  map: (sc, mode) => one(sc).map(trap(mode)).collect(),
  filter: (sc, mode) => one(sc).filter(trap(mode)).collect(),
  flatMap: (sc, mode) => one(sc).flatMap(trap(mode)).collect(),
  mapPartitions: (sc, mode) =>
    one(sc)
      .mapPartitions(trap(mode) as never)
      .collect(),
  foreach: (sc, mode) => one(sc).foreach(trap(mode)),
  foreachPartition: (sc, mode) => one(sc).foreachPartition(trap(mode)),
  reduceByKey: (sc, mode) => pairs(sc).reduceByKey(trap(mode)).collect(),
  'an ordering': (sc, mode) => sc.parallelize([2, 1], 1).takeOrdered(1, twoParameters(mode)),
  'a function of sortBy': (sc, mode) => sc.parallelize([2, 1], 1).sortBy(trap(mode)).collect(),
  'a partitioner': (sc, mode) => pairs(sc).partitionBy(new Broken(mode)).count(),
  'an accumulator’s merge': (sc, mode) => {
    const accumulator = sc.accumulator(0, {
      zero: () => 0,
      addInPlace: (a: number) => (mode === 'throws' ? boom() : a),
    })
    return one(sc).foreach(() => accumulator.add(1))
  },
}

function one(sc: SparkContext): RDD<number> {
  return sc.parallelize([1], 1)
}

function pairs(sc: SparkContext): RDD<[string, number]> {
  return sc.parallelize<[string, number]>(
    [
      ['a', 1],
      ['a', 2],
    ],
    1,
  )
}

function boom(): never {
  throw new Error('expected: a hook of the program failed')
}

function trap(mode: Mode): (...values: unknown[]) => never {
  if (mode === 'throws') return () => boom()
  if (mode === 'rejects') return (async () => boom()) as never
  return () => {
    for (;;);
  }
}

function twoParameters(mode: Mode): (a: number, b: number) => number {
  if (mode === 'rejects') return (async (_a: number, _b: number) => boom()) as never
  const misbehave = trap(mode)
  return (a, b) => misbehave(a, b)
}

class Broken extends Partitioner<string> {
  readonly numPartitions = 2
  readonly mode: Mode
  constructor(mode: Mode) {
    super()
    this.mode = mode
  }
  override getPartition(): number {
    if (this.mode === 'throws') boom()
    for (;;);
  }
}

describe('a function that misbehaves on a worker fails its job and nothing else', () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext('local[1]', 'hooks')
    sc.setLogLevel('OFF')
  })
  after(async () => {
    sc.setLogLevel('WARN')
    await sc.stop()
  })

  for (const [name, run] of Object.entries(JOB_HOOKS)) {
    for (const mode of MODES) {
      // What gives a truth, a place or a sum cannot be async, and is not awaited by anybody.
      if (mode !== 'throws' && name === 'an accumulator’s merge') continue
      if (mode === 'rejects' && name === 'a partitioner') continue
      test(`${name} ${mode}`, async () => {
        let onTaskStart = () => {}
        const started = new Promise<void>((resolve) => {
          onTaskStart = resolve
        })
        const listener = { onTaskStart: () => onTaskStart() }
        sc.addSparkListener(listener)
        // An async function may be refused where the RDD is made.
        const job = (async () => run(sc, mode))()
        if (mode === 'hangs') {
          const ended = assert.rejects(job, { code: 'SPARK_JOB_CANCELLED' })
          await started
          sc.cancelAllJobs()
          await ended
        } else await assert.rejects(job)
        sc.removeSparkListener(listener)
        assert.equal(await sc.parallelize([1, 2], 1).count(), 2)
      })
    }
  }
})
