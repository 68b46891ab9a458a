import type { Clock } from '../../batches/clock.ts'
import { describeError } from '../../batches/describe-error.ts'
import { RecurringTimer } from '../../batches/recurring-timer.ts'
import type { DataBlock } from '../../engine/lineage.ts'
import { SparkException } from '../../errors.ts'
import { log } from '../../log.ts'
import type { ClassTable } from '../../task/codec/index.ts'
import type { BlockLog } from './block-log.ts'
import type { BlockMemory } from './block-memory.ts'
import { LineBuffer, type Region } from './line-buffer.ts'
import { RateLimiter } from './rate-limiter.ts'
import type { LoggedPlace, ReceivedBlock } from './received-block.ts'
import type { Receiver } from './receiver.ts'
import { attachHost, type BlockReservation, type LineChannel, type ReceiverHost } from './receiver-host.ts'
import type { ReceiverSettings } from './receiver-settings.ts'
import { RecordBuffer } from './record-buffer.ts'
import type { RoomGate } from './room-gate.ts'

/** Where a supervisor's blocks and news go. */
export interface SupervisorOptions {
  readonly streamId: number
  readonly receiver: Receiver<unknown>
  readonly clock: Clock
  readonly settings: ReceiverSettings
  readonly memory: BlockMemory
  /** The user's classes whose instances keep their class. */
  readonly classes: ClassTable | undefined
  /** The room for this stream's unprocessed data. */
  readonly gate: RoomGate
  readonly onBlock: (block: ReceivedBlock) => void
  /** The log that has a block before anybody else does; null for none. */
  readonly log: () => BlockLog | null
  readonly onStarted: () => void
  readonly onStopped: (message: string, error: unknown) => void
  readonly onError: (message: string, error: unknown) => void
}

/** The facts about a block beside its data. */
interface NewBlock {
  readonly metadata?: unknown
  /** The time of the tick that ends the block. */
  readonly number?: number | undefined
  /** Whether the receiver hears when it is stored, and that it is not. */
  readonly isConfirmed?: boolean
}

/** While the rate keeps more than this part of a block waiting, a socket is not read. */
const WAITING_PART = 4

/**
 * Runs one receiver (Spark's `ReceiverSupervisor` and `BlockGenerator`): starts, stops and restarts it, gathers what it stores, and cuts
 * that into blocks at every multiple of the block interval, or earlier when there is a block's worth.
 */
export class ReceiverSupervisor implements ReceiverHost, LineChannel {
  readonly streamId: number
  readonly #options: SupervisorOptions
  readonly #limiter: RateLimiter
  readonly #records: RecordBuffer
  readonly #timer: RecurringTimer
  readonly #abort = new AbortController()
  #lines: LineBuffer | null = null
  #state: 'initialized' | 'started' | 'stopped' = 'initialized'
  #isClosed = false
  #restarting: Promise<void> | null = null
  #lastTick = Number.NEGATIVE_INFINITY
  #lastBlockNumber = Number.NEGATIVE_INFINITY
  /** Consecutive starts that failed. */
  #failedStarts = 0
  /** The last error message that was logged. The same message is not logged again until the receiver has stored data. */
  #lastComplaint = ''
  /** Blocks on their way to the log. */
  readonly #storing = new Set<Promise<void>>()
  #drained: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null

  constructor(options: SupervisorOptions) {
    const { clock, settings, memory, receiver } = options
    this.#options = options
    this.streamId = options.streamId
    this.#limiter = new RateLimiter(clock, settings)
    this.#records = new RecordBuffer(memory, options.classes)
    this.#timer = new RecurringTimer(
      clock,
      settings.blockIntervalMs,
      (time) => this.#tick(time),
      (error) => this.reportError('Error in the clock of the blocks', error),
    )
    attachHost(receiver, this)
  }

  get isStarted(): boolean {
    return this.#state === 'started'
  }
  get isStopped(): boolean {
    return this.#state === 'stopped'
  }
  get maxLineBytes(): number {
    return this.#options.settings.maxLineBytes
  }
  get lines(): LineChannel {
    return this
  }
  /** Records per second that the receiver may bring now. */
  get currentRate(): number {
    return this.#limiter.currentRate
  }

  async start(): Promise<void> {
    this.#timer.start(this.#timer.getStartTime())
    await this.#startReceiver()
  }

  /** Stops the receiver for good; everything it stored is in blocks when this resolves. */
  async close(message: string): Promise<void> {
    this.#abort.abort()
    await this.#restarting
    await this.#stopReceiver(message, undefined)
    this.#timer.stop()
    this.#cutRecords()
    void this.#add('lines', this.#lines?.cut() ?? null)
    this.#isClosed = true
    await this.whenStored()
    this.#lines?.close()
    this.#lines = null
    this.#openDrain()
  }

  /** Resolves once the blocks that were cut are in the log, if there is one, or could not be brought there; undefined when none is under way. */
  whenStored(): Promise<unknown> | undefined {
    return this.#storing.size === 0 ? undefined : Promise.all(this.#storing)
  }

  /** Takes up a rate that back-pressure has found. */
  updateRate(rate: number): void {
    this.#limiter.updateRate(rate)
  }

  /** Cuts the block that is due at `batchTime`, so that a batch does not miss it because both are due at once. */
  cutDue(batchTime: number): void {
    const { clock, settings } = this.#options
    const due = Math.floor(batchTime / settings.blockIntervalMs) * settings.blockIntervalMs
    if (due <= clock.now()) this.#tick(due)
  }

  storeItem(item: unknown): Promise<void> | undefined {
    this.#assertOpen()
    const waitMs = this.#limiter.acquire()
    this.#records.add(item)
    if (this.#records.byteLength >= this.#options.settings.maxBlockBytes) this.#cutRecords()
    if (waitMs > 0) return this.#waitFor(waitMs)
    return this.#options.gate.room()
  }

  storeItems(items: Iterable<unknown> | AsyncIterable<unknown>, metadata: unknown): Promise<void> {
    return observed(this.#storeItems(items, metadata))
  }

  async #storeItems(items: Iterable<unknown> | AsyncIterable<unknown>, metadata: unknown): Promise<void> {
    this.#assertOpen()
    const { memory, gate, settings, classes } = this.#options
    const buffer = new RecordBuffer(memory, classes)
    const stored: (Promise<void> | undefined)[] = []
    const flush = () => stored.push(this.#add('records', buffer.cut(), { metadata, isConfirmed: true }))
    if (Symbol.asyncIterator in items) {
      for await (const item of items) {
        buffer.add(item)
        if (buffer.byteLength < settings.maxBlockBytes) continue
        flush()
        await gate.room()
      }
    } else {
      for (const item of items) {
        buffer.add(item)
        if (buffer.byteLength < settings.maxBlockBytes) continue
        flush()
        if (!gate.hasRoom) await gate.room()
      }
    }
    flush()
    await Promise.all(stored)
    await gate.room()
  }

  storeBytes(bytes: Uint8Array, metadata: unknown): Promise<void> {
    return observed(this.#storeBytes(bytes, metadata))
  }

  async #storeBytes(bytes: Uint8Array, metadata: unknown): Promise<void> {
    this.#assertOpen()
    await this.#add('foreign', this.#options.memory.copy(bytes, -1), { metadata, isConfirmed: true })
    await this.#options.gate.room()
  }

  reserve(byteLength: number): BlockReservation {
    this.#assertOpen()
    const region = this.#options.memory.reserve(byteLength, -1)
    return {
      bytes: region.bytes,
      store: () => {
        const stored = this.#add('foreign', region, { isConfirmed: true })
        if (stored === undefined) return this.#options.gate.room()
        return observed(stored.then(() => this.#options.gate.room()))
      },
      discard: () => region.slab.release(),
    }
  }

  beginText(): void {
    this.#lines?.discardPartialLine()
  }

  space(): Uint8Array {
    return this.#lineBuffer().space()
  }

  received(count: number): Promise<void> | undefined {
    const lines = this.#lineBuffer()
    lines.received(count)
    if (lines.isFull) this.#cutLines()
    if (lines.lineBytes > this.#options.settings.maxBlockBytes / WAITING_PART && this.#isLimited) {
      return this.#whenDrained()
    }
    return this.#options.gate.room()
  }

  endText(): void {
    this.#lines?.endText()
  }

  restart(message: string, error?: unknown, delayMs = this.#options.settings.restartDelayMs): void {
    if (this.#restarting !== null || this.#abort.signal.aborted) return
    const announcement = `Restarting receiver with delay ${delayMs} ms: ${message}`
    this.#complain(announcement, error)
    // The receiver's own call ends first, as it would in Spark.
    this.#restarting = this.#reporting(async () => {
      await this.#stopReceiver(announcement, error)
      await this.#startLater(delayMs)
    })
  }

  stop(message: string, error?: unknown): void {
    if (this.#restarting !== null || this.#abort.signal.aborted) return
    this.#complain(message, error)
    this.#restarting = this.#reporting(async () => {
      await this.#stopReceiver(message, error)
      // The first time at once, as in Spark; one that fails again and again gets the delay, or it would do nothing else.
      await this.#startLater(this.#failedStarts > 1 ? this.#options.settings.restartDelayMs : 0)
    })
  }

  /** Does something once the running code has ended, and reports what fails of it: a clock of the program, for instance. */
  async #reporting(action: () => Promise<void>): Promise<void> {
    try {
      await Promise.resolve()
      await action()
    } catch (error) {
      this.#restarting = null
      this.reportError('Error starting the receiver again', error)
    }
  }

  reportError(message: string, error: unknown): void {
    log('WARN', 'ReceiverSupervisor', `Reported error by receiver ${this.streamId}: ${message} ${describeError(error)}`)
    this.#options.onError(message, error)
  }

  get #isLimited(): boolean {
    return this.#limiter.currentRate !== Number.POSITIVE_INFINITY
  }

  async #startReceiver(): Promise<void> {
    this.#state = 'started'
    this.#options.onStarted()
    try {
      await this.#options.receiver.onStart()
      this.#failedStarts = 0
    } catch (error) {
      this.#failedStarts++
      this.stop(`Error starting receiver ${this.streamId}`, error)
    }
  }

  async #startLater(delayMs: number): Promise<void> {
    const { clock } = this.#options
    if (delayMs > 0) await clock.waitTill(clock.now() + delayMs, this.#abort.signal)
    this.#restarting = null
    // The promise is not awaited: a slow `onStart` must not delay the restart, and may itself request another restart.
    if (!this.#abort.signal.aborted) void this.#startReceiver()
  }

  async #stopReceiver(message: string, error: unknown): Promise<void> {
    if (this.#state !== 'started') return
    this.#state = 'stopped'
    try {
      await this.#options.receiver.onStop()
    } catch (failure) {
      log('ERROR', 'ReceiverSupervisor', `Error stopping receiver ${this.streamId}: ${describeError(failure)}`)
    }
    this.#options.onStopped(message, error)
  }

  #complain(message: string, error: unknown): void {
    const isNew = message !== this.#lastComplaint
    this.#lastComplaint = message
    const again = isNew ? ' (said once until data arrives)' : ''
    const cause =
      error === undefined || error === null ? '' : `: ${error instanceof Error ? error.message : String(error)}`
    log(isNew ? 'WARN' : 'DEBUG', 'ReceiverSupervisor', `Receiver ${this.streamId}: ${message}${cause}${again}`)
  }

  #tick(time: number): void {
    if (time <= this.#lastTick || this.#isClosed) return
    this.#lastTick = time
    const number = time - this.#options.settings.blockIntervalMs
    this.#cutRecords(number)
    this.#cutLines(number)
  }

  #cutRecords(number?: number): void {
    try {
      void this.#add('records', this.#records.cut(), { number })
    } catch (error) {
      this.reportError('Error encoding received records', error)
      void this.#add('records', this.#records.cut(), { number })
    }
  }

  #cutLines(number?: number): void {
    const lines = this.#lines
    if (lines === null) return
    if (lines.lineCount > 0) {
      const region = lines.cut(this.#limiter.take(lines.lineCount))
      void this.#add('lines', region, { number })
    }
    if (lines.lineBytes <= this.#options.settings.maxBlockBytes / WAITING_PART) this.#openDrain()
  }

  /** @returns a promise where there is a log: it rejects when that did not take the block. */
  #add(format: DataBlock['format'], region: Region | null, options: NewBlock = {}): Promise<void> | undefined {
    if (region === null) return undefined
    const { gate, clock, log: currentLog } = this.#options
    this.#lastComplaint = ''
    this.#lastBlockNumber = Math.max(options.number ?? clock.now(), this.#lastBlockNumber + 1)
    const id = `input-${this.streamId}-${this.#lastBlockNumber}`
    gate.receive(region.bytes.length)
    const blockLog = currentLog()
    if (blockLog === null) {
      this.#deliver(id, format, region, options.metadata, null)
      return undefined
    }
    const stored = this.#logAndDeliver(blockLog, id, format, region, options)
    const settled = stored.catch(() => {})
    this.#storing.add(settled)
    void settled.then(() => this.#storing.delete(settled))
    return stored
  }

  /**
   * A block that the log does not take is given up where the receiver is told so: it starts again, and brings it again. Otherwise it is processed
   * all the same, as nothing else has it.
   */
  async #logAndDeliver(
    blockLog: BlockLog,
    id: string,
    format: DataBlock['format'],
    region: Region,
    { metadata, isConfirmed = false }: NewBlock,
  ): Promise<void> {
    const { place, done } = blockLog.append({ id, format, metadata, recordCount: region.recordCount }, region.bytes)
    try {
      this.#deliver(id, format, region, metadata, await place)
    } catch (error) {
      if (!isConfirmed) {
        this.#deliver(id, format, region, metadata, null)
        this.reportError('A block is processed although a crash would lose it', error)
        throw error
      }
      this.#options.gate.drop(region.bytes.length)
      void done.then(() => region.slab.release())
      this.reportError('A block was not stored', error)
      this.restart('A block could not be written to the write-ahead log', error)
      throw error
    }
  }

  #deliver(
    id: string,
    format: DataBlock['format'],
    region: Region,
    metadata: unknown,
    logged: LoggedPlace | null,
  ): void {
    const { memory, gate, receiver, onBlock } = this.#options
    const toDisk = !receiver.storageLevel.useMemory || gate.isOverrun
    onBlock(memory.add(id, this.streamId, format, region, { metadata, toDisk, logged }))
  }

  #lineBuffer(): LineBuffer {
    this.#assertOpen()
    const { memory, settings } = this.#options
    this.#lines ??= new LineBuffer(memory.pool, settings.maxLineBytes)
    return this.#lines
  }

  async #waitFor(waitMs: number): Promise<void> {
    const { clock, gate } = this.#options
    await clock.waitTill(clock.now() + waitMs, this.#abort.signal)
    await gate.room()
  }

  #whenDrained(): Promise<void> {
    if (this.#drained === null) {
      let resolve!: () => void
      const promise = new Promise<void>((settle) => {
        resolve = settle
      })
      this.#drained = { promise, resolve }
    }
    return this.#drained.promise
  }

  #openDrain(): void {
    this.#drained?.resolve()
    this.#drained = null
  }

  #assertOpen(): void {
    if (!this.#isClosed) return
    throw new SparkException(
      'RECEIVER_CLOSED',
      `Cannot add data to receiver ${this.streamId} as its stream has been stopped: end what onStart() began in onStop()`,
    )
  }
}

/** The same promise: who does not wait for it is not to end the process when it rejects, as that is reported anyway. */
function observed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
