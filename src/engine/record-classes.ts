import { captureClosures, classById, classIdOf } from '../closure/driver/index.ts'
import { ClosureError, type ClosurePayload } from '../closure/wire/index.ts'
import type { ClassTable } from '../task/codec/index.ts'
import { isPromise } from '../task/reader.ts'

type Constructor = Parameters<ClassTable['idOf']>[0]

/**
 * The user's classes whose instances keep their class as records. A class is captured when it is first met; one that cannot be (of a package,
 * or with something in it that cannot travel) has no id, and its instances travel as plain objects.
 */
export class RecordClasses implements ClassTable {
  readonly #onCaptured: (id: string, payload: ClosurePayload) => void
  readonly #known = new Set<string>()
  readonly #foreign = new WeakSet<object>()

  /** @param onCaptured makes a class known to the workers; called once for each. */
  constructor(onCaptured: (id: string, payload: ClosurePayload) => void) {
    this.#onCaptured = onCaptured
  }

  idOf(ctor: Constructor): string | undefined {
    const known = classIdOf(ctor)
    if (known !== undefined && this.#known.has(known)) return known
    if (this.#foreign.has(ctor)) return undefined
    const payload = captured(ctor)
    const id = classIdOf(ctor)
    if (payload === null || id === undefined) {
      this.#foreign.add(ctor)
      return undefined
    }
    this.#known.add(id)
    this.#onCaptured(id, payload)
    return id
  }

  byId(id: string): ReturnType<ClassTable['byId']> {
    return classById(id) as ReturnType<ClassTable['byId']>
  }
}

/** @returns the class's payload, or null when it cannot be captured at once. */
function captured(ctor: Constructor): ClosurePayload | null {
  try {
    const payload = captureClosures(ctor)
    return isPromise(payload) ? null : payload
  } catch (error) {
    if (error instanceof ClosureError) return null
    throw error
  }
}
