import { IllegalStateException } from '../../errors.ts'

/** The part of a supervisor that the methods of a receiver call. */
export interface ReceiverHost {
  readonly streamId: number
  readonly isStarted: boolean
  readonly isStopped: boolean
  /** Buffers one record. @returns what to wait for before the next, if anything. */
  storeItem(item: unknown): Promise<void> | undefined
  /** Makes blocks of records, and resolves when they are stored and there is room for more. */
  storeItems(items: Iterable<unknown> | AsyncIterable<unknown>, metadata: unknown): Promise<void>
  /** Makes a block of bytes that are encoded records already. */
  storeBytes(bytes: Uint8Array, metadata: unknown): Promise<void>
  /** Text that is received without being decoded. */
  readonly lines: LineChannel
  /** Memory for an encoded block that is about to be received; `store` makes it a block, unless `discard` gives it back. */
  reserve(byteLength: number): BlockReservation
  /** The longest line or frame. */
  readonly maxLineBytes: number
  restart(message: string, error?: unknown, delayMs?: number): void
  stop(message: string, error?: unknown): void
  reportError(message: string, error: unknown): void
}

/** Where a socket's text goes: straight into the memory of the next block. */
export interface LineChannel {
  /** A new text begins; what is left of one that was broken off is dropped. */
  beginText(): void
  /** Where the next bytes are to be written; valid until {@link received} is called. */
  space(): Uint8Array
  /** Tells that `count` bytes were written. @returns what to wait for before more is read, if anything. */
  received(count: number): Promise<void> | undefined
  /** The text is over: its last line is a line although nothing ends it. */
  endText(): void
}

export interface BlockReservation {
  readonly bytes: Uint8Array
  /** @returns what to wait for before more is read, if anything. */
  store(): Promise<void> | undefined
  discard(): void
}

const hosts = new WeakMap<object, ReceiverHost>()

/** Gives a receiver the supervisor that its methods speak to from now on. */
export function attachHost(receiver: object, host: ReceiverHost): void {
  hosts.set(receiver, host)
}

/** @throws IllegalStateException before the receiver's stream was started. */
export function hostOf(receiver: object): ReceiverHost {
  const host = hosts.get(receiver)
  if (host !== undefined) return host
  throw new IllegalStateException(
    'RECEIVER_NOT_STARTED',
    'A supervisor has not been attached to the receiver yet: store, restart and stop can be called from onStart() on. ' +
      'Give the receiver to StreamingContext.receiverStream() and start the context.',
  )
}
