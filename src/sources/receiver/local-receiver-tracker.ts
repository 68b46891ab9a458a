import type { PlainData } from '../../batches/checkpoint/checkpoint.ts'
import type { Clock } from '../../batches/clock.ts'
import { describeError } from '../../batches/describe-error.ts'
import { loadClass } from '../../batches/load-class.ts'
import type { MaybePromise } from '../../batches/maybe-promise.ts'
import type { ReceiverTracker } from '../../batches/receiver-tracker.ts'
import type { StreamingEvents } from '../../batches/streaming-events.ts'
import type { Time } from '../../batches/time.ts'
import type { WriteAheadLogClass } from '../../batches/wal/write-ahead-log.ts'
import { SparkException } from '../../errors.ts'
import type { ReceiverEvent } from '../../events/stream-events.ts'
import { log } from '../../log.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import type { ClassTable } from '../../task/codec/index.ts'
import { BlockLog, type BlockStore } from './block-log.ts'
import { BlockMemory } from './block-memory.ts'
import { CustomBlockStore } from './custom-block-store.ts'
import { FileBlockStore } from './file-block-store.ts'
import type { ReceivedBlock } from './received-block.ts'
import type { Receiver } from './receiver.ts'
import { LOG_CLASS, type ReceiverSettings, receiverSettings } from './receiver-settings.ts'
import { ReceiverSupervisor } from './receiver-supervisor.ts'
import { StreamBlocks } from './stream-blocks.ts'

/** What a tracker works with. */
export interface ReceiverTrackerOptions {
  readonly clock: Clock
  readonly events: StreamingEvents
  /** The user's classes whose instances keep their class when they are stored. */
  readonly classes?: ClassTable
  /** A setting of the SparkConf, undefined where it was not set. */
  readonly getSetting: (key: string) => string | undefined
  /** What logs of the user's are made with. */
  readonly conf?: SparkConf
}

/** Where the logs of receivers stand below the checkpoint directory, by Spark's name: a directory for each stream. */
const LOG_DIRECTORY = 'receivedData'
const LOG_METHODS = ['write', 'read', 'readAll', 'clean', 'close'] as const
/** After so many batches no checkpoint that is kept, ten files with two for each batch, needs what a batch did not need then. */
const BATCHES_BEFORE_CLEANING = 10

interface TrackedReceiver {
  readonly supervisor: ReceiverSupervisor
  readonly blocks: StreamBlocks
  readonly name: string
  readonly operatorId: () => string
  log: BlockLog | null
  store: BlockStore | null
  /** What a checkpoint of an earlier run has kept of the stream. */
  kept: PlainData | null
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
  /** Times in milliseconds before which a batch that is over needs nothing of the logs, oldest first. */
  readonly #cleanable: number[] = []
  #isRecovered = false
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
  register(streamId: number, receiver: Receiver<unknown>, operatorId: () => string = () => String(streamId)): void {
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
      log: () => tracked.log,
      onStarted: () => {
        tracked.isActive = true
        this.#post('receiverStarted', streamId, tracked)
      },
      onStopped: (message, error) => {
        tracked.isActive = false
        this.#noteError(tracked, message, error)
        this.#post('receiverStopped', streamId, tracked)
      },
      onError: (message, error) => {
        this.#noteError(tracked, message, error)
        this.#post('receiverError', streamId, tracked)
      },
    })
    const tracked: TrackedReceiver = {
      supervisor,
      blocks,
      name: `${receiver.constructor.name || 'Receiver'}-${streamId}`,
      operatorId,
      log: null,
      store: null,
      kept: null,
      isActive: false,
      lastErrorMessage: '',
      lastError: '',
      lastErrorTime: -1,
    }
    this.#receivers.set(streamId, tracked)
  }

  /** Takes what a checkpoint of an earlier run has kept of a stream, for {@link open}. */
  restore(streamId: number, kept: PlainData): void {
    this.#receivers.get(streamId)!.kept = kept
  }

  /** What a checkpoint keeps of a stream; undefined without a log. */
  checkpointData(streamId: number): PlainData | undefined {
    const { log: blockLog, kept, blocks } = this.#receivers.get(streamId)!
    return blockLog === null && kept === null ? undefined : blocks.toPlainData()
  }

  /** The files that the checkpoint's data stands in, relative to the checkpoint directory. */
  checkpointFiles(streamId: number): readonly string[] {
    const { store, blocks } = this.#receivers.get(streamId)!
    if (store === null) return []
    const files = blocks.logFiles
    if (store.fileName !== null) files.add(store.fileName)
    return [...files].map((file) => `${store.directory}/${file}`)
  }

  async open(checkpointDirectory: string | null): Promise<void> {
    const { isLogged } = this.#settings
    if (isLogged && checkpointDirectory === null) {
      throw new SparkException(
        'NO_CHECKPOINT_DIR',
        'Cannot enable receiver write-ahead log without checkpoint directory set. Please use streamingContext.checkpoint() to set the checkpoint directory. See documentation for more details.',
      )
    }
    for (const [streamId, tracked] of this.#receivers) {
      if (isLogged || tracked.kept !== null) await this.#openLog(streamId, tracked, checkpointDirectory!)
    }
  }

  async #openLog(streamId: number, tracked: TrackedReceiver, checkpointDirectory: string): Promise<void> {
    const { kept, blocks } = tracked
    const directory = `${LOG_DIRECTORY}/${encodeURIComponent(tracked.operatorId())}`
    const store = await this.#newStore(checkpointDirectory, directory)
    tracked.store = store
    if (kept !== null) {
      await blocks.restore(kept, (block) => store.restore(streamId, this.#memory, block))
      for (const time of blocks.batchTimes) this.#lastAllocated = Math.max(time, this.#lastAllocated)
      this.#isRecovered = true
    }
    for (const block of await store.open(streamId, this.#memory, blocks.allocatedUpTo)) {
      if (kept === null) block.remove()
      else {
        blocks.gate.receive(block.byteLength)
        blocks.add(block)
      }
    }
    const { isLogged, blockStoreTimeoutMs } = this.#settings
    if (isLogged) tracked.log = new BlockLog(store, this.#options.clock, blockStoreTimeoutMs)
  }

  /** @throws IllegalArgumentException for a class of logs that cannot be used. */
  async #newStore(checkpointDirectory: string, directory: string): Promise<BlockStore> {
    const { clock, conf } = this.#options
    const { logClass } = this.#settings
    if (logClass === undefined) return new FileBlockStore(checkpointDirectory, directory, clock, this.#settings)
    const logDirectory = `${checkpointDirectory}/${directory}`
    const log = await loadClass(
      LOG_CLASS,
      logClass,
      'a class that extends WriteAheadLog',
      (Log: WriteAheadLogClass) => {
        const made = new Log(conf ?? new SparkConf(false), logDirectory)
        // By its methods: another copy of this package may have made it.
        const missing = LOG_METHODS.find((name) => typeof made[name] !== 'function')
        if (missing !== undefined) throw new TypeError(`${Log.name} has no method ${missing}()`)
        return made
      },
    )
    return new CustomBlockStore(log, directory, clock)
  }

  async start(): Promise<void> {
    this.#options.events.addListener({
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
    for (const { store } of this.#receivers.values()) await store?.close()
    const active = [...this.#receivers].filter(([, { isActive }]) => isActive).map(([streamId]) => streamId)
    if (active.length > 0)
      log('WARN', 'ReceiverTracker', `Not all of the receivers have deregistered: ${active.join(', ')}`)
  }

  hasUnallocatedBlocks(): boolean {
    return [...this.#receivers.values()].some(({ blocks }) => blocks.hasUnallocated)
  }

  allocateBlocksToBatch(batchTime: Time): MaybePromise<void> {
    const time = batchTime.milliseconds
    if (time <= this.#lastAllocated) {
      // A batch that runs again after a recovery has those that it had been given.
      if (!this.#isRecovered) log('WARN', 'ReceiverTracker', `The batch at ${batchTime} was given its blocks before`)
      return
    }
    this.#lastAllocated = time
    const storing: Promise<unknown>[] = []
    for (const { supervisor } of this.#receivers.values()) {
      supervisor.cutDue(time)
      const stored = supervisor.whenStored()
      if (stored !== undefined) storing.push(stored)
    }
    const allocate = () => {
      for (const { blocks, log: blockLog } of this.#receivers.values()) blocks.allocate(time, blockLog?.settledUpTo)
    }
    return storing.length === 0 ? allocate() : Promise.all(storing).then(allocate)
  }

  /** The blocks of one stream's batch, in the order in which they came. */
  getBlocksOfBatch(batchTime: Time, streamId: number): readonly ReceivedBlock[] {
    return this.#receivers.get(streamId)?.blocks.blocksOf(batchTime.milliseconds) ?? []
  }

  cleanupOldBlocksAndBatches(threshold: Time): void {
    this.#forEachStream((blocks) => blocks.cleanup(threshold.milliseconds, this.#isFreeing))
    this.#memory.pool.trim()
    this.#cleanable.push(threshold.milliseconds)
    if (this.#cleanable.length <= BATCHES_BEFORE_CLEANING) return
    const cleanable = this.#cleanable.shift()!
    for (const { store } of this.#receivers.values()) {
      void store?.clean(cleanable).catch((error) => {
        log('WARN', 'ReceiverTracker', `${store.directory} could not be cleaned: ${describeError(error)}`)
      })
    }
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
    kind: ReceiverEvent['kind'],
    streamId: number,
    { name, isActive, lastErrorMessage, lastError, lastErrorTime }: TrackedReceiver,
  ): void {
    this.#options.events.receiver(kind, () => ({
      streamId,
      name,
      isActive,
      location: 'localhost',
      executorId: 'driver',
      lastErrorMessage,
      lastError,
      lastErrorTime,
    }))
  }
}

function whenAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
