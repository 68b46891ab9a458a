import {
  type BatchPlan,
  type BatchSource,
  InputDStream,
  type RDD,
  Receiver,
  type StreamingContext,
  type Time,
} from '../../../src/index.ts'
import type { RunLife } from './run-life.ts'

/** A receiver that stores what the history tells it to. */
export class ScriptedReceiver extends Receiver<number> {
  override onStart(): void {}
  override onStop(): void {}
}

/** What a direct source can read: it grows by itself, whether a program runs or not. */
export interface DirectFeed {
  readonly records: readonly number[]
}

/** What a source of the history's own is made with. */
export interface FeedOptions {
  readonly feed: DirectFeed
  readonly life: RunLife
  readonly batchOf: (time: Time) => number
  /** Told of a batch that no later run will run again. */
  readonly onCompleted: (batch: number) => void
}

type Range = { readonly from: number; readonly to: number }

/** A {@link BatchSource} that reads all that has come to its feed since its last batch. */
export class FeedSource implements BatchSource<number, Range> {
  readonly #options: FeedOptions
  #next = 0

  constructor(options: FeedOptions) {
    this.#options = options
  }

  open(restored: Range | null): void {
    this.#next = restored?.to ?? 0
  }

  async plan(time: Time): Promise<BatchPlan<number, Range>> {
    const { life, feed, batchOf } = this.#options
    const to = await life.pass('plan', { run: () => feed.records.length, batch: batchOf(time) })
    const positions = { from: this.#next, to }
    this.#next = to
    return { positions, partitions: this.replan(time, positions), records: to - positions.from }
  }

  replan(_time: Time, { from, to }: Range) {
    return [{ kind: 'read', data: this.#options.feed.records.slice(from, to), read: given } as const]
  }

  completed(time: Time): void {
    const { life, onCompleted, batchOf } = this.#options
    if (!life.isDead) onCompleted(batchOf(time))
  }

  close(): void {}
}

/** Runs on workers. */
function given(records: readonly number[]): readonly number[] {
  return records
}

/**
 * An input stream of the history's own, without a {@link BatchSource}, that reads all that has come to its feed since its last batch. What a batch has read is in nothing but the checkpoint's data: a batch
 * whose range was never written reads another one when it is planned again.
 */
export class OwnInputDStream extends InputDStream<number> {
  readonly #options: FeedOptions
  readonly #ranges = new Map<number, Range>()
  #next = 0

  constructor(context: StreamingContext, options: FeedOptions) {
    super(context, 'directSource')
    this.#options = options
  }

  override async compute(time: Time): Promise<RDD<number>> {
    const { life, feed, batchOf } = this.#options
    const step = { run: () => this.#rangeOf(time.milliseconds), batch: batchOf(time) }
    const { from, to } = await life.pass('plan', step)
    return this.context.sparkContext.parallelize(feed.records.slice(from, to), 2)
  }

  override checkpointData() {
    return { next: this.#next, ranges: Object.fromEntries(this.#ranges) }
  }

  override restoreCheckpointData(data: unknown): void {
    const { next, ranges } = data as { readonly next: number; readonly ranges: Readonly<Record<string, Range>> }
    this.#next = next
    for (const [time, range] of Object.entries(ranges)) this.#ranges.set(Number(time), range)
  }

  #rangeOf(time: number): Range {
    const known = this.#ranges.get(time)
    if (known !== undefined) return known
    const range: Range = { from: this.#next, to: this.#options.feed.records.length }
    this.#next = range.to
    this.#ranges.set(time, range)
    return range
  }
}
