import type { Engine } from '../engine/engine.ts'
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

  /** Sends a value that lives as long as the context, under an id of its own. */
  createPermanent(value: unknown): number {
    const id = this.#nextId++
    this.#send(id, value)
    return id
  }

  remove(id: number): void {
    if (this.#sent.delete(id)) this.#engine.unbroadcast(id)
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
    const ended = () => this.#sending.delete(sending)
    // A job that waits for it fails with it; a later one that uses the value sends it again.
    sending.then(ended, () => {
      ended()
      this.#sent.delete(id)
    })
  }
}
