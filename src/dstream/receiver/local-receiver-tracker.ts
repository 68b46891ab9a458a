import { log } from '../../log.ts'
import type { ClassTable } from '../../task/codec/index.ts'
import type { ReceiverInfo } from '../batch-info.ts'
import type { Clock } from '../clock.ts'
import { describeError } from '../describe-error.ts'
import type { ListenerBus } from '../listener-bus.ts'
import type { ReceiverTracker } from '../receiver-tracker.ts'
import type { Time } from '../time.ts'
import { BlockMemory } from './block-memory.ts'
import type { ReceivedBlock } from './received-block.ts'
import type { Receiver } from './receiver.ts'
import { type ReceiverSettings, receiverSettings } from './receiver-settings.ts'
import { ReceiverSupervisor } from './receiver-supervisor.ts'
import { StreamBlocks } from './stream-blocks.ts'

/** What a tracker works with. */
export interface ReceiverTrackerOptions {
  readonly clock: Clock
  readonly listenerBus: ListenerBus
  /** The user's classes whose instances keep their class when they are stored. */
  readonly classes?: ClassTable
  /** A setting of the SparkConf, undefined where it was not set. */
  readonly getSetting: (key: string) => string | undefined
}

interface TrackedReceiver {
  readonly supervisor: ReceiverSupervisor
  readonly blocks: StreamBlocks
  readonly name: string
  isActive: boolean
  lastErrorMessage: string
  lastError: string
  lastErrorTime: number
}

/**
 * Runs the receivers in the driver's process and gives their blocks to the batches (Spark's `ReceiverTracker` and
 * `ReceivedBlockTracker`). What each stream has received and not processed is bounded: its source waits for the batches.
 */
export class LocalReceiverTracker implements ReceiverTracker {
  readonly #options: ReceiverTrackerOptions
  readonly #settings: ReceiverSettings
  readonly #memory: BlockMemory
  readonly #isFreeing: boolean
  readonly #receivers = new Map<number, TrackedReceiver>()
  #lastAllocated = Number.NEGATIVE_INFINITY
  #isClosed = false

  /** @throws IllegalArgumentException for a setting that is out of range. */
  constructor(options: ReceiverTrackerOptions) {
    this.#options = options
    this.#settings = receiverSettings(options.getSetting)
    this.#memory = new BlockMemory(this.#settings)
    this.#isFreeing = options.getSetting('spark.streaming.unpersist') !== 'false'
  }

  get settings(): ReceiverSettings {
    return this.#settings
  }

  /** Bytes of memory that received data takes now. */
  get bytesInMemory(): number {
    return this.#memory.bytesInUse
  }

  /** Adds a stream's receiver, to be started with the others. */
  register(streamId: number, receiver: Receiver<unknown>): void {
    const blocks = new StreamBlocks(this.#settings.maxPendingBytes)
    const supervisor = new ReceiverSupervisor({
      streamId,
      receiver,
      clock: this.#options.clock,
      settings: this.#settings,
      memory: this.#memory,
      classes: this.#options.classes,
      gate: blocks.gate,
      onBlock: (block) => blocks.add(block),
      onStarted: () => {
        tracked.isActive = true
        this.#post('onReceiverStarted', streamId, tracked)
      },
      onStopped: (message, error) => {
        tracked.isActive = false
        this.#noteError(tracked, message, error)
        this.#post('onReceiverStopped', streamId, tracked)
      },
      onError: (message, error) => {
        this.#noteError(tracked, message, error)
        this.#post('onReceiverError', streamId, tracked)
      },
    })
    const tracked: TrackedReceiver = {
      supervisor,
      blocks,
      name: `${receiver.constructor.name || 'Receiver'}-${streamId}`,
      isActive: false,
      lastErrorMessage: '',
      lastError: '',
      lastErrorTime: -1,
    }
    this.#receivers.set(streamId, tracked)
  }

  async start(): Promise<void> {
    this.#options.listenerBus.addListener({
      onBatchSubmitted: ({ batchInfo }) =>
        this.#forEachStream((blocks) => blocks.submitted(batchInfo.batchTime.milliseconds)),
      onBatchCompleted: ({ batchInfo }) =>
        this.#forEachStream((blocks) => blocks.completed(batchInfo.batchTime.milliseconds)),
    })
    // An onStart that takes long keeps neither the others nor the batches waiting.
    for (const { supervisor } of this.#receivers.values()) void supervisor.start()
  }

  async stop(_graceful: boolean, signal?: AbortSignal): Promise<void> {
    const closing = [...this.#receivers.values()].map(({ supervisor }) => supervisor.close('Stopped by driver'))
    await Promise.race([Promise.allSettled(closing), whenAborted(signal)])
    const active = [...this.#receivers].filter(([, { isActive }]) => isActive).map(([streamId]) => streamId)
    if (active.length > 0)
      log('WARN', 'ReceiverTracker', `Not all of the receivers have deregistered: ${active.join(', ')}`)
  }

  hasUnallocatedBlocks(): boolean {
    return [...this.#receivers.values()].some(({ blocks }) => blocks.hasUnallocated)
  }

  allocateBlocksToBatch(batchTime: Time): void {
    const time = batchTime.milliseconds
    if (time <= this.#lastAllocated) {
      log('WARN', 'ReceiverTracker', `The batch at ${batchTime} was given its blocks before`)
      return
    }
    this.#lastAllocated = time
    for (const { supervisor, blocks } of this.#receivers.values()) {
      supervisor.cutDue(time)
      blocks.allocate(time)
    }
  }

  /** The blocks of one stream's batch, in the order in which they came. */
  getBlocksOfBatch(batchTime: Time, streamId: number): readonly ReceivedBlock[] {
    return this.#receivers.get(streamId)?.blocks.blocksOf(batchTime.milliseconds) ?? []
  }

  cleanupOldBlocksAndBatches(threshold: Time): void {
    this.#forEachStream((blocks) => blocks.cleanup(threshold.milliseconds, this.#isFreeing))
    this.#memory.pool.trim()
  }

  /** Tells a stream's receiver how many records a second it may bring. */
  sendRateUpdate(streamId: number, rate: number): void {
    this.#receivers.get(streamId)?.supervisor.updateRate(rate)
  }

  /** Frees all blocks, once no batch needs them any more. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#forEachStream((blocks) => blocks.close())
    this.#memory.close()
  }

  #forEachStream(f: (blocks: StreamBlocks) => void): void {
    for (const { blocks } of this.#receivers.values()) f(blocks)
  }

  #noteError(tracked: TrackedReceiver, message: string, error: unknown): void {
    tracked.lastErrorMessage = message
    tracked.lastError = error === undefined || error === null ? '' : describeError(error)
    tracked.lastErrorTime = tracked.lastError === '' ? -1 : this.#options.clock.now()
  }

  #post(
    event: 'onReceiverStarted' | 'onReceiverStopped' | 'onReceiverError',
    streamId: number,
    { name, isActive, lastErrorMessage, lastError, lastErrorTime }: TrackedReceiver,
  ): void {
    const receiverInfo: ReceiverInfo = {
      streamId,
      name,
      active: isActive,
      location: 'localhost',
      executorId: 'driver',
      lastErrorMessage,
      lastError,
      lastErrorTime,
    }
    this.#options.listenerBus.post(event, { receiverInfo })
  }
}

function whenAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
