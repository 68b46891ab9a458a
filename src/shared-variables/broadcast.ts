import { SHIP } from '../closure/wire/closure-error.ts'
import { SparkException } from '../errors.ts'

/** The members of a context that a broadcast variable uses. */
export interface BroadcastOwner {
  callSite(operation: string): string
  assertNotStopped(): void
  /** Does nothing when they have it. */
  sendToWorkers(broadcast: Broadcast<unknown>): void
  removeFromWorkers(broadcast: Broadcast<unknown>): void
}

/**
 * Spark's `Broadcast`: a value sent once to each worker instead of with every task. Functions read `broadcast.value`. Do not change
 * the value after it was made: workers would not see that.
 */
export class Broadcast<T> {
  /** Unique in its SparkContext. */
  readonly id: number
  readonly #owner: BroadcastOwner
  #value: T | undefined
  #destroyedAt: string | null = null

  /** Made by `sc.broadcast` only. */
  constructor(id: number, value: T, owner: BroadcastOwner) {
    this.id = id
    this.#value = value
    this.#owner = owner
  }

  /** @throws SparkException after `destroy`. */
  get value(): T {
    this.#assertValid()
    return this.#value as T
  }

  /** Removes the workers' copies; the next job that needs the value sends it again. @throws SparkException after `destroy`. */
  unpersist(): void {
    this.#assertValid()
    this.#owner.removeFromWorkers(this)
  }

  /** Removes all copies for good. A later use, on the driver or in a task, throws an error. @throws SparkException when the broadcast is destroyed already. */
  destroy(): void {
    this.#assertValid()
    this.#destroyedAt = this.#owner.callSite('destroy')
    this.#owner.removeFromWorkers(this)
    this.#value = undefined
  }

  /** What stands for it in a function that travels. @internal */
  [SHIP](): { kind: 'broadcast'; data: { readonly id: number } } {
    this.#assertValid()
    this.#owner.assertNotStopped()
    this.#owner.sendToWorkers(this)
    return { kind: 'broadcast', data: { id: this.id } }
  }

  /** `Broadcast(3)`, with the broadcast's id. */
  toString(): string {
    return `Broadcast(${this.id})`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  #assertValid(): void {
    if (this.#destroyedAt === null) return
    throw new SparkException(
      'INTERNAL_ERROR_BROADCAST',
      `[INTERNAL_ERROR_BROADCAST] Attempted to use ${this} after it was destroyed (${this.#destroyedAt}) SQLSTATE: XX000`,
    )
  }
}
