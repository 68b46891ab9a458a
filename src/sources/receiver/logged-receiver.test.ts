import assert from 'node:assert/strict'
import { cpSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ManualClock } from '../../batches/manual-clock.ts'
import { Time } from '../../batches/time.ts'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'
import { Collector } from '../../testing/collector.ts'
import { Receiver } from './receiver.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-logged-'))
})
const opened: StreamingContext[] = []
afterEach(async () => {
  // What a test that failed left running must not fail those behind it.
  for (const ssc of opened.splice(0)) {
    await ssc[Symbol.asyncDispose]()
    await ssc.sparkContext.stop()
  }
  await rm(root, { recursive: true, force: true })
})

/** Stores what it is told, when it is told. */
class Scripted extends Receiver<number> {
  starts = 0
  #onStart = () => {}
  override onStart(): void {
    this.starts++
    this.#onStart()
  }
  override onStop(): void {}
  /** Resolves when it starts again. */
  started(): Promise<void> {
    return new Promise((resolve) => {
      this.#onStart = resolve
    })
  }
  put(...numbers: number[]): Promise<void> {
    return this.store(numbers)
  }
  putWith(metadata: unknown, numbers: number[]): Promise<void> {
    return this.store(numbers, metadata)
  }
}

/** A write-ahead log of a program, in memory. */
const MEMORY_LOG = `export default class MemoryLog {
  records = []
  write(record) { this.records.push(Buffer.from(record)); return this.records.length - 1 }
  read(handle) { return this.records[handle] }
  async *readAll() {}
  clean() {}
  close() {}
}`

interface Opening {
  readonly conf?: Record<string, string>
  /** Called within each batch, before all that it puts out: what it reads is on the disk, and no file is being written. */
  readonly onBatch?: (second: number) => void
}

/** A context with one receiver, over the checkpoints in a directory. */
async function open(directory: string, startMs: number, { conf = {}, onBatch = () => {} }: Opening = {}) {
  const clock = new ManualClock(startMs)
  const receiver = new Scripted()
  let collector!: Collector<number>
  let totals!: Collector<[string, number]>
  const ssc = await StreamingContext.getOrCreate(join(directory, 'checkpoints'), () => {
    const settings = { 'spark.streaming.receiver.writeAheadLog.enable': 'true', ...conf }
    const sc = new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('logged').setAll(settings))
    const made = new StreamingContext(sc, 1, { clock })
    opened.push(made)
    const numbers = made.receiverStream(receiver)
    numbers.foreachRDD((_, time) => onBatch(time.milliseconds / 1000))
    collector = new Collector(numbers)
    totals = new Collector(
      numbers
        .map((n) => ['sum', n])
        .updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 1),
    )
    return made
  })
  await ssc.start()
  await ssc.batchProcessed(new Time(startMs))
  const advance = async () => {
    clock.advance(1000)
    await ssc.batchProcessed(new Time(clock.now()))
  }
  return { ssc, receiver, advance, collector, totals }
}

/** What a directory holds at this moment: all that a run after a crash gets. */
function crash(directory = root): string {
  const image = join(root, `image-${readdirSync(root).length}`)
  for (;;) {
    try {
      cpSync(join(directory, 'checkpoints'), join(image, 'checkpoints'), { recursive: true })
      return image
    } catch (error) {
      // A file was given its name in between. The next such step is taken by this thread, which is here.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      rmSync(image, { recursive: true, force: true })
    }
  }
}

const batches = ({ collector }: { collector: Collector<number> }) =>
  Object.fromEntries(collector.collected.map(({ time, records }) => [time.milliseconds / 1000, records]))

describe('what a receiver with a write-ahead log has stored', () => {
  test('comes back after a crash: a batch gets what it had been given, the next one what nobody had', async () => {
    let image = ''
    const run = await open(root, 0, {
      onBatch: (second) => {
        if (second === 2) image = crash()
      },
    })
    await run.receiver.put(1, 2)
    await run.receiver.put(3)
    await run.advance()
    await run.receiver.put(4)
    await run.advance()
    const beforeAllocation = await run.receiver.put(5).then(() => crash())
    await run.ssc.stop()

    const again = await open(image, 2000)
    assert.deepEqual(batches(again), { 2: [4] })
    assert.deepEqual(again.totals.batches, [[['sum', 10]]])
    await again.advance()
    assert.deepEqual(again.totals.batches.at(-1), [['sum', 10]])
    await again.ssc.stop()

    const later = await open(beforeAllocation, 2000)
    await later.receiver.put(6)
    await later.advance()
    assert.deepEqual(batches(later)[3], [5, 6])
    assert.deepEqual(later.totals.batches.at(-1), [['sum', 21]])
    await later.ssc.stop()
  })

  test('is not forgotten when one crash follows another, nor when the next run keeps no log', async () => {
    const first = await open(root, 0)
    await first.receiver.put(1)
    await first.advance()
    await first.receiver.put(2)
    let image = crash()
    await first.ssc.stop()
    for (const value of [3, 4]) {
      const run = await open(image, 1000)
      await run.receiver.put(value)
      image = crash(image)
      await run.ssc.stop()
    }
    const last = await open(image, 1000, {
      conf: { 'spark.streaming.receiver.writeAheadLog.enable': 'false' },
    })
    await last.advance()
    assert.deepEqual(last.totals.batches.at(-1), [['sum', 1 + 2 + 3 + 4]])
    await last.ssc.stop()
  })

  test('is removed from the disk once no checkpoint refers to it', async () => {
    const run = await open(root, 0, { conf: { 'spark.streaming.receiver.writeAheadLog.rollingIntervalSecs': '1' } })
    for (let i = 0; i < 40; i++) {
      await run.receiver.put(i)
      await run.advance()
    }
    await run.ssc.stop()
    const [stream = ''] = readdirSync(join(root, 'checkpoints/receivedData'))
    const files = readdirSync(join(root, 'checkpoints/receivedData', stream))
    // Two checkpoint intervals of the state, ten seconds each, and the five batches of the ten checkpoints.
    assert(files.length < 35, `${files.length} files`)
    const again = await open(root, 40_000)
    await again.advance()
    assert.deepEqual(again.totals.batches.at(-1), [['sum', (39 * 40) / 2]])
    await again.ssc.stop()
  })

  test('is refused on a full disk: the receiver starts again, and what it brings again counts once', async () => {
    const conf = {
      'spark.streaming.receiver.writeAheadLog.closeFileAfterWrite': 'true',
      'spark.streaming.receiver.writeAheadLog.maxFailures': '2',
      'spark.streaming.receiverRestartDelay': '0ms',
    }
    const run = await open(root, 0, { conf })
    await run.receiver.put(1)
    await run.advance()
    const [stream = ''] = readdirSync(join(root, 'checkpoints/receivedData'))
    const log = join(root, 'checkpoints/receivedData', stream)
    // Where no file can be made.
    renameSync(log, `${log}.away`)
    writeFileSync(log, '')
    const restarted = run.receiver.started()
    await assert.rejects(run.receiver.put(2, 3), {
      code: 'WRITE_AHEAD_LOG_FAILED',
      message: /could not be written.*Free space/,
    })
    await restarted
    assert.equal(run.receiver.starts, 2)
    rmSync(log)
    renameSync(`${log}.away`, log)
    await run.receiver.put(2, 3)
    await run.advance()
    assert.deepEqual(batches(run), { 1: [1], 2: [2, 3] })
    const image = crash()
    await run.ssc.stop()
    const again = await open(image, 3000)
    assert.deepEqual(again.totals.batches.at(-1), [['sum', 6]])
    await again.ssc.stop()
  })

  describe('in a log of the user', () => {
    /** A record is a file; its handle is the file's name. */
    const SOURCE = `
      import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
      import { WriteAheadLog } from '${new URL('../../batches/wal/write-ahead-log.ts', import.meta.url)}'
      export default class FilesOfRecords extends WriteAheadLog {
        constructor(conf, directory) {
          super()
          this.directory = new URL(directory.replace('file:/', 'file:///') + '/' + conf.get('spark.app.name') + '/')
          mkdirSync(this.directory, { recursive: true })
          this.count = readdirSync(this.directory).length
        }
        write(record, time) {
          const name = String(this.count++).padStart(6, '0') + '-' + time
          writeFileSync(new URL(name, this.directory), record)
          return { name }
        }
        read({ name }) { return readFileSync(new URL(name, this.directory)) }
        *readAll() { for (const name of readdirSync(this.directory).sort()) yield this.read({ name }) }
        clean(time) {
          for (const name of readdirSync(this.directory)) {
            if (Number(name.split('-')[1]) < time) rmSync(new URL(name, this.directory))
          }
        }
        close() {}
      }`
    const settings = () => {
      const module = join(root, 'files-of-records.mjs')
      writeFileSync(module, SOURCE)
      return { 'spark.streaming.receiver.writeAheadLog.class': module }
    }

    test('comes back after a crash as well, and goes when nobody needs it', async () => {
      const conf = settings()
      let image = ''
      const onBatch = (second: number) => {
        if (second === 2) image = crash()
      }
      const run = await open(root, 0, { conf, onBatch })
      await run.receiver.put(1, 2)
      await run.advance()
      await run.receiver.put(3)
      await run.advance()
      const beforeAllocation = await run.receiver.put(4).then(() => crash())
      for (let second = 3; second <= 45; second++) await run.advance()
      const [stream = ''] = readdirSync(join(root, 'checkpoints/receivedData'))
      assert.deepEqual(readdirSync(join(root, 'checkpoints/receivedData', stream, 'logged')), [])
      await run.ssc.stop()

      const again = await open(image, 2000, { conf })
      assert.deepEqual(batches(again), { 2: [3] })
      assert.deepEqual(again.totals.batches, [[['sum', 6]]])
      await again.ssc.stop()
      const later = await open(beforeAllocation, 2000, { conf })
      await later.advance()
      assert.deepEqual(batches(later)[3], [4])
      assert.deepEqual(later.totals.batches.at(-1), [['sum', 10]])
      await later.ssc.stop()
    })

    test('must be one', async () => {
      const module = join(root, 'none.mjs')
      writeFileSync(module, 'export default class { write() {} }')
      await assert.rejects(open(root, 0, { conf: { 'spark.streaming.receiver.writeAheadLog.class': module } }), {
        code: 'INVALID_SETTING',
        message: /writeAheadLog.class names .*none.mjs, which cannot be used/,
      })
    })
  })

  test('takes no room once a custom log’s framing refuses it', async () => {
    const log = join(root, 'log.mjs')
    writeFileSync(log, MEMORY_LOG)
    const { ssc, receiver, advance, collector } = await open(root, 0, {
      conf: {
        'spark.streaming.receiver.writeAheadLog.class': log,
        'millstream.streaming.receiver.maxPendingSize': '1k',
      },
    })
    let errors = 0
    ssc.addStreamingListener({ onReceiverError: () => void errors++ })
    const many = Array.from({ length: 500 }, (_, i) => i)
    for (let i = 0; i < 6; i++) {
      await assert.rejects(receiver.putWith({ ack: () => {} }, many), { code: 'WRITE_AHEAD_LOG_FAILED' })
      await advance()
    }
    const stored = receiver.put(7)
    await advance()
    await advance()
    await stored
    assert.deepEqual(collector.records, [7])
    assert(errors > 0)
  })

  test('a log whose close fails or hangs does not keep the batches running', async () => {
    for (const close of ["throw new Error('expected: the log is gone')", 'return new Promise(() => {})']) {
      const directory = join(root, String(close.length))
      const log = join(root, `log-${close.length}.mjs`)
      writeFileSync(log, MEMORY_LOG.replace('close() {', `close() { ${close}`))
      const conf = {
        'spark.streaming.receiver.writeAheadLog.class': log,
        'spark.streaming.gracefulStopTimeout': '20ms',
        'millstream.streaming.stopTimeout': '20ms',
      }
      const { ssc, advance, collector } = await open(directory, 0, { conf })
      await advance()
      await ssc.stop()
      assert.equal(ssc.getState(), 'STOPPED')
      ;(ssc.clock as ManualClock).advance(2000)
      await setImmediate()
      assert.equal(collector.batches.length, 1)
    }
  })

  test('needs a checkpoint directory', async () => {
    const conf = new SparkConf(false).setMaster('local[1]').setAppName('logged')
    const ssc = new StreamingContext(
      new SparkContext(conf.set('spark.streaming.receiver.writeAheadLog.enable', 'true')),
      1,
      { clock: new ManualClock() },
    )
    ssc.receiverStream(new Scripted()).foreachRDD(() => {})
    await assert.rejects(ssc.start(), {
      code: 'NO_CHECKPOINT_DIR',
      message: /^Cannot enable receiver write-ahead log without checkpoint directory set\./,
    })
    await ssc.sparkContext.stop()
  })
})
