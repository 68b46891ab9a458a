import { captureClosures, shippedIn } from '../../closure/driver/index.ts'
import type { ClosurePayload } from '../../closure/wire/index.ts'
import { isPromise } from '../../task/reader.ts'
import { RecordClasses } from '../record-classes.ts'

/** What commands carry beside their programs: broadcast values and the classes of records, as captured on the driver. */
export class ShippedPayloads {
  readonly #broadcasts = new Map<number, ClosurePayload>()
  readonly #classes: ClosurePayload[] = []
  /** Each class goes with every command from when it was first met. */
  readonly recordClasses = new RecordClasses((_, payload) => this.#classes.push(payload))

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

  get classes(): readonly ClosurePayload[] {
    return this.#classes
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
