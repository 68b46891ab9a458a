import type { Engine } from '../engine/engine.ts'
import type { SentValue } from './accumulator-registry.ts'
import { Broadcast, type BroadcastOwner } from './broadcast.ts'

/** A context's broadcast variables: their ids, and which of them the engine holds. */
export class Broadcasts {
  readonly #engine: Engine
  readonly #context: Omit<BroadcastOwner, 'sendToWorkers' | 'removeFromWorkers'>
  readonly #sent = new Set<number>()
  readonly #sending = new Set<Promise<void>>()
  /** Frees the workers' copies of a variable that the program no longer refers to. */
  readonly #collected = new FinalizationRegistry<number>((id) => this.remove(id))
  #nextId = 0

  constructor(engine: Engine, context: Omit<BroadcastOwner, 'sendToWorkers' | 'removeFromWorkers'>) {
    this.#engine = engine
    this.#context = context
  }

  /** @throws ClosureError when the value cannot travel. */
  create<T>(value: T): Broadcast<T> {
    const id = this.#nextId++
    const broadcast = new Broadcast(id, value, {
      callSite: (operation) => this.#context.callSite(operation),
      assertNotStopped: () => this.#context.assertNotStopped(),
      sendToWorkers: (of) => this.#send(of.id, of.value),
      removeFromWorkers: (of) => this.remove(of.id),
    })
    this.#send(id, value)
    this.#collected.register(broadcast, id)
    return broadcast
  }

  /** Sends a value that no program reads through a {@link Broadcast}, under an id of its own, until it is removed. */
  send(value: unknown): SentValue {
    const broadcastId = this.#nextId++
    this.#send(broadcastId, value)
    // Who keeps an accumulator does not keep its context.
    const broadcasts = new WeakRef(this)
    return { broadcastId, remove: () => broadcasts.deref()?.remove(broadcastId) }
  }

  remove(id: number): void {
    if (this.#sent.delete(id)) this.#engine.unbroadcast(id)
  }

  /** Whether every value is where tasks find it: see {@link settled}. */
  get isSettled(): boolean {
    return this.#sending.size === 0
  }

  /** Resolves once every value is where tasks find it. @throws what kept one from being sent. */
  async settled(): Promise<void> {
    if (this.#sending.size > 0) await Promise.all(this.#sending)
  }

  #send(id: number, value: unknown): void {
    if (this.#sent.has(id)) return
    const sending = this.#engine.broadcast(id, value)
    this.#sent.add(id)
    if (sending === undefined) return
    this.#sending.add(sending)
    const ended = () => {
      this.#sending.delete(sending)
      // It was removed before it was sent.
      if (!this.#sent.has(id)) this.#engine.unbroadcast(id)
    }
    // A job that waits for it fails with it; a later one that uses the value sends it again.
    sending.then(ended, () => {
      ended()
      this.#sent.delete(id)
    })
  }
}
