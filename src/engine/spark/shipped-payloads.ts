import { ClosureError, type ClosurePayload, captureClosures, classIdOf, shippedIn } from '../../closure/index.ts'
import type { ClassTable } from '../../task/codec/index.ts'
import { isPromise } from '../../task/reader.ts'

/** What commands carry beside their programs: broadcast values and the classes of records, as captured on the driver. */
export class ShippedPayloads {
  readonly #broadcasts = new Map<number, ClosurePayload>()
  readonly #classes = new Map<string, ClosurePayload>()
  readonly #foreignClasses = new WeakSet<object>()

  /** Captures a broadcast value as it is now. A promise only where a module has to be imported first. */
  broadcast(id: number, value: unknown): void | Promise<void> {
    const keep = (payload: ClosurePayload): void => {
      this.#broadcasts.set(id, payload)
    }
    const payload = captureClosures(value, { where: `broadcast variable ${id}` })
    return isPromise(payload) ? payload.then(keep) : keep(payload)
  }

  unbroadcast(id: number): void {
    this.#broadcasts.delete(id)
  }

  /**
   * The id under which instances of a user's class travel as records, undefined for a class that cannot be shipped; the class goes with every
   * command from then on.
   */
  classId(ctor: Parameters<ClassTable['idOf']>[0]): string | undefined {
    const known = classIdOf(ctor)
    if (known !== undefined && this.#classes.has(known)) return known
    if (this.#foreignClasses.has(ctor)) return undefined
    const payload = captured(ctor)
    const id = classIdOf(ctor)
    if (payload === null || id === undefined) {
      this.#foreignClasses.add(ctor)
      return undefined
    }
    this.#classes.set(id, payload)
    return id
  }

  get classes(): Iterable<ClosurePayload> {
    return this.#classes.values()
  }

  /** The broadcast values that a program refers to, and those that these refer to. One that was destroyed is missing. */
  broadcastsOf(program: ClosurePayload): Map<number, ClosurePayload> {
    const found = new Map<number, ClosurePayload>()
    const open = [program]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const { type, data } of shippedIn(next)) {
        const { id, broadcastId } = data as { readonly id: number; readonly broadcastId?: number }
        const wanted = type === 'broadcast' ? id : (broadcastId ?? -1)
        const payload = this.#broadcasts.get(wanted)
        if (payload === undefined || found.has(wanted)) continue
        found.set(wanted, payload)
        open.push(payload)
      }
    }
    return found
  }
}

/** The captured class, or null when it cannot travel; then its instances cannot either, which the codec reports with the record. */
function captured(ctor: object): ClosurePayload | null {
  try {
    const payload = captureClosures(ctor)
    return isPromise(payload) ? null : payload
  } catch (error) {
    if (error instanceof ClosureError) return null
    throw error
  }
}
