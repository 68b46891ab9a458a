import { captureClosures, placeOfClass, shippedIn } from '../../closure/driver/index.ts'
import type { ClosurePayload } from '../../closure/wire/index.ts'
import { isPromise } from '../../task/reader.ts'
import { type ClassBundle, RecordClasses } from '../record-classes.ts'

/** A place that makes more classes than this makes them again and again. */
const MAX_STANDING_PER_PLACE = 4

/** The captured data that commands carry in addition to their programs: broadcast values and the classes of records. */
export class ShippedPayloads {
  readonly #broadcasts = new Map<number, ClosurePayload>()
  /** The identities of the classes that go with every command, newest last, by the place in the program that made the classes. */
  readonly #standing = new Map<string, string[]>()
  readonly recordClasses = new RecordClasses({
    onCaptured: ({ names }) => {
      for (const { id } of names) this.#stand(id)
    },
    onCollected: (id) => this.#drop(id),
  })

  /** Captures a broadcast value as it is now. A promise only where a module has to be imported first. */
  broadcast(id: number, value: unknown): void | Promise<void> {
    const keep = (payload: ClosurePayload): void => {
      this.recordClasses.share(payload)
      this.#broadcasts.set(id, payload)
    }
    const payload = captureClosures(value, { where: `broadcast variable ${id}`, mayWait: true })
    return isPromise(payload) ? payload.then(keep) : keep(payload)
  }

  unbroadcast(id: number): void {
    this.#broadcasts.delete(id)
  }

  /**
   * The classes whose instances a stage's tasks may get as records: those that it is known to need, and of each place in the program that makes
   * classes the newest, since stored records may be instances of any class. A function that makes a class per batch must not make commands grow.
   */
  classesFor(needed: Iterable<string>): readonly ClassBundle[] {
    const bundles = new Set<ClassBundle>()
    const add = (id: string): void => {
      const bundle = this.recordClasses.bundleOf(id)
      if (bundle !== undefined) bundles.add(bundle)
    }
    for (const ids of this.#standing.values()) for (const id of ids) add(id)
    for (const id of needed) add(id)
    return [...bundles]
  }

  #stand(id: string): void {
    const place = placeOfClass(id)
    const ids = this.#standing.get(place) ?? []
    ids.push(id)
    if (ids.length > MAX_STANDING_PER_PLACE) ids.shift()
    this.#standing.set(place, ids)
  }

  #drop(id: string): void {
    const place = placeOfClass(id)
    const rest = (this.#standing.get(place) ?? []).filter((other) => other !== id)
    if (rest.length > 0) this.#standing.set(place, rest)
    else this.#standing.delete(place)
  }

  /** The broadcast values that captured values refer to, and those that these refer to. One that was destroyed is missing. */
  broadcastsOf(captured: readonly ClosurePayload[]): Map<number, ClosurePayload> {
    const found = new Map<number, ClosurePayload>()
    const open = [...captured]
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
