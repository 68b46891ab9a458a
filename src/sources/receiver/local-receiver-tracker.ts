import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import type { Clock } from '../../batches/clock.ts'
import { describeError } from '../../batches/describe-error.ts'
import type { NeededBatches } from '../../batches/ledger/needed-batches.ts'
import { loadClass } from '../../batches/load-class.ts'
import { type MaybePromise, whenReady } from '../../batches/maybe-promise.ts'
import type { InputsOf, ReceiverTracker } from '../../batches/receiver-tracker.ts'
import type { StreamingEvents } from '../../batches/streaming-events.ts'
import type { Time } from '../../batches/time.ts'
import type { WriteAheadLogClass } from '../../batches/wal/write-ahead-log.ts'
import { SparkException } from '../../errors.ts'
import type { ReceiverEvent } from '../../events/stream-events.ts'
import { log } from '../../log.ts'
import { read, type SettingSource } from '../../settings/read.ts'
import { RECEIVER_WAL_CLASS } from '../../settings/receivers.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { UNPERSIST } from '../../settings/streaming.ts'
import type { ClassTable } from '../../task/codec/index.ts'
import { BlockLog, type BlockStore } from './block-log.ts'
import { BlockMemory } from './block-memory.ts'
import { CustomBlockStore } from './custom-block-store.ts'
import { FileBlockStore } from './file-block-store.ts'
import type { ReceivedBlock } from './received-block.ts'
import type { Receiver } from './receiver.ts'
import { type ReceiverSettings, receiverSettings } from './receiver-settings.ts'
import { ReceiverSupervisor } from './receiver-supervisor.ts'
import { StreamBlocks } from './stream-blocks.ts'

/** The collaborators of a tracker. */
export interface ReceiverTrackerOptions {
  readonly clock: Clock
  readonly events: StreamingEvents
  /** The user's classes whose instances keep their class when they are stored. */
  readonly classes?: ClassTable
  /** A setting of the SparkConf, undefined where it was not set. */
  readonly getSetting: SettingSource
  /** The arguments with which the user's log class is constructed. */
  readonly conf?: SparkConf
}

/** Where the logs of receivers stand below the checkpoint directory, by Spark's name: a directory for each stream. */
const LOG_DIRECTORY = 'receivedData'
const LOG_METHODS = ['write', 'read', 'readAll', 'clean', 'close'] as const
/** Of this many checkpoints the newest ones are kept: a log keeps what the oldest of them needs. */
const CHECKPOINTS_BEFORE_CLEANING = 10

/** The data that a checkpoint keeps for a stream with a log, beside the ledger's blocks of each batch. Later blocks are only in the log. */
interface KeptStream {
  /** The number of the last block that a batch was given. */
  readonly allocatedUpTo: number
}

interface TrackedReceiver {
  readonly supervisor: ReceiverSupervisor
  readonly blocks: StreamBlocks
  readonly name: string
  readonly operatorId: () => string
  log: BlockLog | null
  store: BlockStore | null
  /** The stream's data in the checkpoint of an earlier run. */
  kept: KeptStream | null
  /** The oldest batches that the last checkpoints need, in milliseconds, the oldest checkpoint's first. */
  readonly oldestNeeded: number[]
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
  #isClosed = false

  /** @throws IllegalArgumentException for a setting that is out of range. */
  constructor(options: ReceiverTrackerOptions) {
    this.#options = options
    this.#settings = receiverSettings(options.getSetting)
    this.#memory = new BlockMemory(this.#settings)
    this.#isFreeing = read(options.getSetting, UNPERSIST)
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
      oldestNeeded: [],
      isActive: false,
      lastErrorMessage: '',
      lastError: '',
      lastErrorTime: -1,
    }
    this.#receivers.set(streamId, tracked)
  }

  /** Takes what a checkpoint of an earlier run has kept of a stream, for {@link open}. */
  restore(streamId: number, kept: PlainData): void {
    this.#receivers.get(streamId)!.kept = kept as unknown as KeptStream
  }

  /** Returns the data that a checkpoint keeps for a stream; undefined for a stream without a log. */
  checkpointData(streamId: number): PlainData | undefined {
    const { log: blockLog, kept, blocks } = this.#receivers.get(streamId)!
    return blockLog === null && kept === null ? undefined : { allocatedUpTo: blocks.allocatedUpTo }
  }

  /** The files that the checkpoint's data stands in, relative to the checkpoint directory. */
  checkpointFiles(streamId: number): readonly string[] {
    const { store, blocks } = this.#receivers.get(streamId)!
    if (store === null) return []
    const files = blocks.logFiles
    if (store.fileName !== null) files.add(store.fileName)
    return [...files].map((file) => `${store.directory}/${file}`)
  }

  async open(checkpointDirectory: string | null, inputsOf: InputsOf): Promise<void> {
    const { isLogged } = this.#settings
    if (isLogged && checkpointDirectory === null) {
      throw new SparkException(
        'NO_CHECKPOINT_DIR',
        'Cannot enable receiver write-ahead log without checkpoint directory set. Please use streamingContext.checkpoint() to set the checkpoint directory. See documentation for more details.',
      )
    }
    for (const [streamId, tracked] of this.#receivers) {
      const inputs = inputsOf(tracked.operatorId())
      if (isLogged || tracked.kept !== null) await this.#openLog(streamId, tracked, checkpointDirectory!, inputs)
      else await tracked.blocks.restore(0, inputs, unlogged)
    }
  }

  async #openLog(
    streamId: number,
    tracked: TrackedReceiver,
    checkpointDirectory: string,
    inputs: ReadonlyMap<number, PlainData>,
  ): Promise<void> {
    const { kept, blocks } = tracked
    const directory = `${LOG_DIRECTORY}/${encodeURIComponent(tracked.operatorId())}`
    const store = await this.#newStore(checkpointDirectory, directory)
    tracked.store = store
    if (kept !== null) {
      await blocks.restore(kept.allocatedUpTo, inputs, (block) => store.restore(streamId, this.#memory, block))
    }
    const opened = await store.open(streamId, this.#memory, blocks.allocatedUpTo)
    for (const block of opened.blocks) {
      if (kept === null) block.remove()
      else {
        blocks.gate.receive(block.byteLength)
        blocks.add(block)
      }
    }
    const { isLogged, blockStoreTimeoutMs } = this.#settings
    if (isLogged) tracked.log = new BlockLog(store, this.#options.clock, opened.nextSequence, blockStoreTimeoutMs)
  }

  /** @throws IllegalArgumentException for a class of logs that cannot be used. */
  async #newStore(checkpointDirectory: string, directory: string): Promise<BlockStore> {
    const { clock, conf } = this.#options
    const { logClass } = this.#settings
    if (logClass === undefined) return new FileBlockStore(checkpointDirectory, directory, clock, this.#settings)
    const logDirectory = `${checkpointDirectory}/${directory}`
    const log = await loadClass(
      RECEIVER_WAL_CLASS.key,
      logClass,
      'a class that extends WriteAheadLog',
      (Log: WriteAheadLogClass) => {
        const made = new Log(conf ?? new SparkConf(false), logDirectory)
        // The log is checked by its methods and not by instanceof, because its base class may come from another copy of this package.
        const missing = LOG_METHODS.find((name) => typeof made[name] !== 'function')
        if (missing !== undefined) throw new TypeError(`${Log.name} has no method ${missing}()`)
        return made
      },
    )
    return new CustomBlockStore(log, directory, clock)
  }

  async start(): Promise<void> {
    // An onStart that takes long keeps neither the others nor the batches waiting.
    for (const { supervisor } of this.#receivers.values()) void supervisor.start()
  }

  async stop(_graceful: boolean, signal?: AbortSignal): Promise<void> {
    const closing = [...this.#receivers.values()].map(({ supervisor }) => supervisor.close('Stopped by driver'))
    await Promise.race([Promise.allSettled(closing), whenAborted(signal)])
    await Promise.race([Promise.all([...this.#receivers.values()].map(closeStore)), whenAborted(signal)])
    const active = [...this.#receivers].filter(([, { isActive }]) => isActive).map(([streamId]) => streamId)
    if (active.length > 0)
      log('WARN', 'ReceiverTracker', `Not all of the receivers have deregistered: ${active.join(', ')}`)
  }

  hasUnallocatedBlocks(): boolean {
    return [...this.#receivers.values()].some(({ blocks }) => blocks.hasUnallocated)
  }

  /**
   * Gives a stream's blocks that were received until now to the batch at `batchTime`.
   * @returns the blocks as a checkpoint names them; null for a stream without a log.
   */
  allocateBlocks(streamId: number, batchTime: Time): MaybePromise<PlainData> {
    const tracked = this.#receivers.get(streamId)!
    const { supervisor, blocks } = tracked
    const time = batchTime.milliseconds
    supervisor.cutDue(time)
    return whenReady(supervisor.whenStored(), () => {
      const allocated = blocks.allocate(time, tracked.log?.settledUpTo)
      return tracked.log === null && tracked.kept === null ? null : (allocated as unknown as PlainData)
    })
  }

  /** The blocks of one stream's batch, in the order in which they came. */
  getBlocksOfBatch(batchTime: Time, streamId: number): readonly ReceivedBlock[] {
    return this.#receivers.get(streamId)?.blocks.blocksOf(batchTime.milliseconds) ?? []
  }

  /** Returns the blocks of a stream, which must hear about the batches that are planned, tried and forgotten. */
  blocksOf(streamId: number): StreamBlocks {
    return this.#receivers.get(streamId)!.blocks
  }

  /** Forgets the batch at `time`, in milliseconds, and with `spark.streaming.unpersist` frees its blocks. */
  forget(streamId: number, time: number): void {
    this.#receivers.get(streamId)!.blocks.forget(time, this.#isFreeing)
    this.#memory.pool.trim()
  }

  /** {@link StreamBlocks.release} */
  release(streamId: number, needed: NeededBatches, reachMs: number): void {
    if (this.#isFreeing) this.#receivers.get(streamId)!.blocks.release(needed, reachMs)
  }

  /**
   * Lets the stream's log clean up what the checkpoints that are kept do not need.
   * @param oldestMs what was written to the log before this time belongs to no batch of the checkpoint that was just written.
   */
  async checkpointWritten(streamId: number, oldestMs: number): Promise<void> {
    const { store, oldestNeeded } = this.#receivers.get(streamId)!
    if (store === null) return
    oldestNeeded.push(oldestMs)
    if (oldestNeeded.length <= CHECKPOINTS_BEFORE_CLEANING) return
    oldestNeeded.shift()
    try {
      await store.clean(oldestNeeded.reduce((oldest, time) => Math.min(oldest, time)))
    } catch (error) {
      log('WARN', 'ReceiverTracker', `${store.directory} could not be cleaned: ${describeError(error)}`)
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
    for (const { blocks } of this.#receivers.values()) blocks.close()
    this.#memory.close()
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

/** Closes a stream's log. That it cannot be closed is told: the stop goes on. */
async function closeStore({ store }: TrackedReceiver): Promise<void> {
  try {
    await store?.close()
  } catch (error) {
    log('ERROR', 'ReceiverTracker', `${store?.directory} could not be closed: ${describeError(error)}`)
  }
}

/** A batch of an earlier run whose receiver had no log: its blocks are gone with that run. */
function unlogged(): never {
  throw new Error('blocks without a log are not kept')
}

function whenAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
