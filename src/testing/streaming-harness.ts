import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anArray, anObject, aPartitionCount, aWholeNumber, optional } from '../arguments/argument.ts'
import { checkActions, checkArgument, checkMethods } from '../arguments/check-arguments.ts'
import { type DurationLike, Seconds, toDuration } from '../batches/duration.ts'
import { ManualClock } from '../batches/manual-clock.ts'
import { Time } from '../batches/time.ts'
import { SparkContext } from '../context/spark-context.ts'
import type { DStream } from '../dstream/dstream.ts'
import { aDStream } from '../dstream/dstream-arguments.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import type { BatchQueue } from '../sources/queue/queue-input-dstream.ts'
import { StreamingContext } from '../streaming/streaming-context.ts'
import { StreamingContextState } from '../streaming/streaming-context-state.ts'
import { Collector } from './collector.ts'
import { TextOutput } from './text-output.ts'

/** How to set up a {@link StreamingHarness}. */
export interface StreamingHarnessOptions {
  /** The batch interval: 1 second unless given. */
  readonly interval?: DurationLike
  /** A context that is there already and outlives the harness; one of the harness's own unless given. */
  readonly sparkContext?: SparkContext
  /** Of a context of the harness's own: `local[2]` unless given. */
  readonly master?: string
  /** Further settings of it by name. */
  readonly conf?: Readonly<Record<string, string | number | boolean>>
  /** What the clock shows at first, in milliseconds since the epoch: 0 unless given, so that the first batch is at one interval. */
  readonly startTime?: number
}

/** SparkContexts whose checkpoint directory an earlier harness gave, and has removed. */
const withOurDirectory = new WeakSet<SparkContext>()

const OPTIONS = anObject('options', 'an object of options')

/**
 * A StreamingContext with everything a test needs to drive it: a clock that stands still until told, scripted input, collected output, and a checkpoint
 * directory of its own for streams with state. Errors of batches are not logged: they are thrown where the test waits.
 *
 * @example
 * await using harness = new StreamingHarness()
 * const output = harness.collect(harness.input([['a b'], ['c']]).flatMap((line) => line.split(' ')))
 * await harness.ssc.start()
 * await harness.advance(2)
 * assert.deepEqual(output.batches, [['a', 'b'], ['c']])
 */
export class StreamingHarness implements AsyncDisposable {
  /** The SparkContext of the streams. */
  readonly sc: SparkContext
  /** The StreamingContext under test. */
  readonly ssc: StreamingContext
  /** The clock that `advance` moves. */
  readonly clock: ManualClock
  /** What `print` and `pprint` wrote. */
  readonly output = new TextOutput()
  readonly #ownsSparkContext: boolean
  /** Where state is written, and removed at the end; null where the given SparkContext has a checkpoint directory. */
  readonly #checkpoints: string | null

  constructor(options: StreamingHarnessOptions = {}) {
    checkArgument('new StreamingHarness', OPTIONS, options)
    const { interval = Seconds(1), master = 'local[2]', conf = {}, startTime = 0 } = options
    this.clock = new ManualClock(startTime)
    this.#ownsSparkContext = options.sparkContext === undefined
    this.sc =
      options.sparkContext ?? new SparkContext(new SparkConf(false).setMaster(master).setAppName('test').setAll(conf))
    this.ssc = new StreamingContext(this.sc, toDuration(interval), {
      clock: this.clock,
      output: this.output,
      // Errors of batches reach the test, which shows them.
      logsFailures: false,
    })
    const isOurs = this.sc.checkpointDir === null || withOurDirectory.has(this.sc)
    this.#checkpoints = isOurs ? join(tmpdir(), `millstream-test-${randomUUID()}`) : null
    if (this.#checkpoints !== null) {
      this.sc.setCheckpointDir(this.#checkpoints)
      withOurDirectory.add(this.sc)
    }
  }

  /**
   * A stream of these batches, one a batch, and of empty ones after the last.
   * @param partitions of each batch; the default parallelism unless given.
   */
  input<K, V>(batches: readonly (readonly [K, V][])[], partitions?: number): DStream<[K, V]>
  input<T>(batches: readonly (readonly T[])[], partitions?: number): DStream<T>
  input<T>(batches: readonly (readonly T[])[], partitions?: number): DStream<T> {
    const queue: BatchQueue<T> = batches.map((batch) => this.sc.parallelize<T>(batch, partitions))
    return this.ssc.queueStream(queue, true)
  }

  /** Keeps the batches of a stream. */
  collect<T>(stream: DStream<T>): Collector<T> {
    return new Collector(stream)
  }

  /** Moves the clock on by `batches` intervals, one after another, each once the batch before is done. */
  async advance(batches = 1): Promise<void> {
    for (let i = 0; i < batches; i++) {
      this.clock.advance(this.ssc.graph.batchDuration.milliseconds)
      await this.settled()
    }
  }

  /** Waits until every batch that is due by the clock is done. */
  async settled(): Promise<void> {
    await this.ssc.batchProcessed(new Time(this.clock.now()).floor(this.ssc.graph.batchDuration))
  }

  /** Stops the streams, and the SparkContext unless it was given. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ssc.getState() !== StreamingContextState.STOPPED) await this.ssc.stop({ stopSparkContext: false })
    if (this.#ownsSparkContext) await this.sc.stop()
    if (this.#checkpoints !== null) await rm(this.#checkpoints, { recursive: true, force: true })
  }
}

checkMethods(StreamingHarness, 'StreamingHarness', {
  input: [anArray('batches', 'arrays of records', Array.isArray), optional(aPartitionCount('partitions'))],
  collect: [aDStream('stream')],
})
checkActions(StreamingHarness, 'StreamingHarness', { advance: [optional(aWholeNumber('batches'))] })
