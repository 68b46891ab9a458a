// The streams that a soak runs: every kind of state, a window that goes step by step, a join, checkpoints, a write-ahead log, back-pressure.
import { join } from 'node:path'
import {
  type BatchInfo,
  Milliseconds,
  SparkConf,
  SparkContext,
  type State,
  StateSpec,
  StreamingContext,
} from '../../src/index.ts'
import type { ManualClock } from '../../src/testing/index.ts'
import { type Churn, churn } from './churn.ts'
import { type Leak, leakOnDriver, leakOnWorker } from './leaks.ts'
import { EventReceiver } from './source.ts'

/** How a soak's job is made. */
export interface SoakJobOptions {
  readonly directory: string
  readonly intervalMs: number
  /** Batches that windows and states reach back. */
  readonly reach: number
  readonly eventsPerSecond: number
  /** Moved from batch to batch by the soak, which then asks for the events too; null for the time of day. */
  readonly clock: ManualClock | null
  /** Defects that are planted. */
  readonly leaks: readonly Leak[]
  /** What each batch makes anew and lets go. */
  readonly churn: readonly Churn[]
}

/** A job that runs. */
export interface SoakJob {
  readonly ssc: StreamingContext
  readonly receiver: EventReceiver
  readonly checkpoints: string
  readonly localDir: string
  /** Records that the first output operation has seen. */
  readonly events: () => number
  /** Batches that were completed. */
  readonly batches: () => number
  /** The batches that were completed since the last call. */
  takeBatches(): BatchInfo[]
}

interface Total {
  readonly sum: number
  readonly idleBatches: number
}

const PARTITIONS = 2
/** Of the reach: after which a session times out, and how often states are checkpointed. */
const TIMEOUT = 0.4
const CHECKPOINT = 0.2

/** Makes the streams and their outputs; the context is not started yet. */
export function soakJob(options: SoakJobOptions): SoakJob {
  const { directory, intervalMs, reach, eventsPerSecond, clock, leaks } = options
  const checkpoints = join(directory, 'checkpoints')
  const localDir = join(directory, 'local')
  const conf = new SparkConf(false)
    .setMaster('local[2]')
    .setAppName('soak')
    .set('spark.local.dir', localDir)
    .set('spark.streaming.receiver.writeAheadLog.enable', true)
    .set('spark.streaming.receiver.writeAheadLog.rollingIntervalSecs', 5)
  // A rate is one of events in a time, which a clock that is moved by hand does not tell.
  if (clock === null) {
    conf.set('spark.streaming.backpressure.enabled', true)
    conf.set('spark.streaming.backpressure.initialRate', eventsPerSecond)
  }
  const ssc = new StreamingContext(new SparkContext(conf), Milliseconds(intervalMs), clock === null ? {} : { clock })
  ssc.checkpoint(checkpoints)
  const of = (batches: number) => Milliseconds(Math.ceil(batches) * intervalMs)
  const deliveryMs = Math.max(10, intervalMs / 2)
  const eventsPerDelivery = Math.ceil((eventsPerSecond * deliveryMs) / 1000)
  const receiver = new EventReceiver(eventsPerDelivery, clock === null ? deliveryMs : null)
  const events = ssc.receiverStream(receiver)
  const amounts = events.map(({ user, amount }) => [user, amount]).cache()
  let seen = 0

  const totals = amounts.updateStateByKey<string, number, Total>((values, total) => {
    leakOnWorker(leaks)
    if (values.length > 0) return { sum: values.reduce((a, b) => a + b, total?.sum ?? 0), idleBatches: 0 }
    return total === undefined || total.idleBatches > reach
      ? undefined
      : { ...total, idleBatches: total.idleBatches + 1 }
  }, PARTITIONS)
  totals.checkpoint(of(CHECKPOINT * reach))
  totals.foreachRDD((rdd) => rdd.count())

  const spec = StateSpec.function((session: string, amount: number | undefined, state: State<number>) => {
    const sum = (amount ?? 0) + (state.getOption() ?? 0)
    if (!state.isTimingOut()) state.update(sum)
    return [session, sum]
  })
  const sessions = events
    .map(({ session, amount }) => [session, amount])
    .mapWithState(spec.numPartitions(PARTITIONS).timeout(of(TIMEOUT * reach)))
  sessions.checkpoint(of(CHECKPOINT * reach))
  sessions.foreachRDD(async (rdd) => {
    leakOnDriver(leaks, localDir)
    seen += await rdd.count()
  })

  const windows = amounts.reduceByKeyAndWindow(
    (a, b) => a + b,
    (a, b) => a - b,
    of(reach),
    of(1),
    PARTITIONS,
    ([, sum]) => sum > 0,
  )
  windows.checkpoint(of(CHECKPOINT * reach))
  amounts
    .reduceByKey((a, b) => a + b, PARTITIONS)
    .join(windows)
    .foreachRDD((rdd) => rdd.take(10))

  const { churn: kinds } = options
  if (kinds.length > 0) {
    const isLeaking = leaks.includes('churn')
    amounts.foreachRDD((rdd, time) => churn(ssc.sparkContext, rdd, { kinds, batch: time.milliseconds, isLeaking }))
  }

  let completed = 0
  let batches: BatchInfo[] = []
  ssc.addStreamingListener({
    onBatchCompleted({ batchInfo }) {
      completed++
      batches.push(batchInfo)
    },
  })
  return {
    ssc,
    receiver,
    checkpoints,
    localDir,
    events: () => seen,
    batches: () => completed,
    takeBatches() {
      const taken = batches
      batches = []
      return taken
    },
  }
}
