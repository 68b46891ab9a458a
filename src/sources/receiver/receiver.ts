import { anything, aText, optional } from '../../arguments/argument.ts'
import { checkArgument, checkMethods } from '../../arguments/check-arguments.ts'
import { aStorageLevel, aTimeMs } from '../../rdd/rdd-arguments.ts'
import { timeMsOf } from '../../settings/units.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import { hostOf } from './receiver-host.ts'

/** The type of a single record for {@link Receiver.store}. An array, bytes or an iterator means several records there; to store one of them as a single record, call `storeItem`. */
export type SingleRecord<T> = T extends readonly unknown[] | Uint8Array | AsyncIterable<unknown> | Iterator<unknown>
  ? never
  : T

/** Several records as {@link Receiver.store} takes them. */
export type Records<T> = readonly T[] | IterableIterator<T> | AsyncIterable<T>

/** A class of the program, abstract or not, whose instances may be records. */
export type RecordClass = abstract new (...args: never[]) => unknown

/**
 * Spark's `Receiver`: brings records from outside into a stream. Extend it, give `onStart` and `onStop`, and pass it to
 * `StreamingContext.receiverStream`. It runs on the driver's event loop and takes no task slot: `local[1]` works.
 *
 * Every storing method may return a promise: it resolves when there is room for more, and a receiver that waits for it keeps its source
 * at the stream's pace. One that does not wait still cannot fill the memory: what there is no room for goes to files.
 *
 * @example
 * class Ticks extends Receiver<number> {
 *   #timer: NodeJS.Timeout | undefined
 *   onStart() { this.#timer = setInterval(() => this.store(performance.now()), 100) }
 *   onStop() { clearInterval(this.#timer) }
 * }
 */
export abstract class Receiver<T> {
  /** How the received blocks are kept. `DISK_ONLY` keeps them in files; all others keep them in memory and move them to files when it is short. */
  readonly storageLevel: StorageLevel

  constructor(storageLevel: StorageLevel = StorageLevel.MEMORY_AND_DISK_SER_2) {
    checkArgument('new Receiver', aStorageLevel('storageLevel'), storageLevel)
    this.storageLevel = storageLevel
  }

  /**
   * Starts receiving, and returns without waiting for data: what takes long goes on in callbacks. May be async to set up.
   * An error stops the receiver, is reported, and has it started again.
   */
  abstract onStart(): void | Promise<void>
  /** Ends all that `onStart` began. Called before a restart too. */
  abstract onStop(): void | Promise<void>

  /** The host to run on; followed where there is more than one. */
  get preferredLocation(): string | null {
    return null
  }

  /**
   * The classes of the program that records in blocks stored as bytes may be instances of; none unless you override it. Such an instance is made
   * without its constructor, with whatever fields stand in the bytes: name a class only when whoever sends them is trusted with that.
   * Instances of all other classes arrive as plain objects. Records that are stored as objects keep their classes anyway.
   */
  get blockClasses(): readonly RecordClass[] {
    return []
  }

  /** The id of the input stream. @throws IllegalStateException before the context is started. */
  get streamId(): number {
    return hostOf(this).streamId
  }

  /** Buffers one record, which becomes part of the block that is cut at the next `spark.streaming.blockInterval`. */
  store(item: SingleRecord<T>): Promise<void> | undefined
  /**
   * Stores records as blocks of their own, in their order. Resolves when all are stored, which is when to acknowledge them to the source.
   * @param metadata goes with the blocks.
   */
  store(items: Records<T>, metadata?: unknown): Promise<void>
  /**
   * Stores a block of records that were encoded elsewhere. Instances of classes arrive as plain objects, but for {@link blockClasses}.
   * @param metadata goes with the block.
   */
  store(block: Uint8Array, metadata?: unknown): Promise<void>
  store(data: unknown, metadata?: unknown): Promise<void> | undefined {
    const host = hostOf(this)
    if (data instanceof Uint8Array) return host.storeBytes(data, metadata)
    if (Array.isArray(data) || isIterator(data)) return host.storeItems(data, metadata)
    return host.storeItem(data)
  }

  /** Buffers one record of any type: a pair or a `Uint8Array` too, which {@link store} would take for several records. */
  storeItem(item: T): Promise<void> | undefined {
    return hostOf(this).storeItem(item)
  }

  /**
   * Stops the receiver, and starts it again after a while. Returns at once; while a restart is under way further ones do nothing.
   * @param delayMs milliseconds, or a text with a unit; `spark.streaming.receiverRestartDelay`, 2000, unless given.
   */
  restart(message: string, error?: unknown, delayMs?: number | string): void {
    hostOf(this).restart(message, error, delayMs === undefined ? undefined : timeMsOf(delayMs))
  }

  /** Stops the receiver. As in Spark, the context starts the receiver again unless the context is stopping. */
  stop(message: string, error?: unknown): void {
    hostOf(this).stop(message, error)
  }

  /** Reports an error to the log and to listeners. The receiver continues. */
  reportError(message: string, error: unknown): void {
    hostOf(this).reportError(message, error)
  }

  /** Whether `onStart` was called and the receiver was not stopped since. */
  isStarted(): boolean {
    return hostOf(this).isStarted
  }

  /** Whether the receiver was stopped: what loops in it should end. */
  isStopped(): boolean {
    return hostOf(this).isStopped
  }
}

function isIterator(data: unknown): data is IterableIterator<unknown> | AsyncIterable<unknown> {
  if (typeof data !== 'object' || data === null) return false
  return Symbol.asyncIterator in data || (Symbol.iterator in data && 'next' in data)
}

const message = aText('message')

checkMethods(Receiver as unknown as { readonly prototype: object }, 'Receiver', {
  store: [anything('data'), anything('metadata')],
  storeItem: [anything('item')],
  restart: [message, anything('error'), optional(aTimeMs('delayMs'))],
  stop: [message, anything('error')],
  reportError: [message, anything('error')],
})
