import { captureClosures, classById, classIdOf } from '../closure/driver/index.ts'
import type { ClassName, ClosurePayload } from '../closure/wire/index.ts'
import { log } from '../log.ts'
import { ClassNotReadyError, type ClassTable } from '../task/codec/index.ts'
import { isPromise } from '../task/reader.ts'

type Constructor = Parameters<ClassTable['idOf']>[0]

/** When more classes than this are met together, they are captured as one, because each single capture would hold most of the others. */
const MAX_CAPTURED_ALONE = 8

/** Classes that travel together: a list of them, captured, and what they are called. */
export interface ClassBundle {
  /** Unique among the bundles of an engine. */
  readonly key: string
  readonly names: readonly ClassName[]
  readonly payload: ClosurePayload
}

/** The callbacks for classes of records. */
export interface RecordClassListener {
  /** Workers need these classes before they get records of them. Called once for each class. */
  onCaptured(bundle: ClassBundle): void
  /** Called when the program holds a class no longer, so that no new instances come. @param isLast whether the bundle holds no other class that is still used. */
  onCollected(id: string, bundle: ClassBundle, isLast: boolean): void
}

/**
 * The user's classes whose instances keep their class as records: those that the driver meets as records, and those that a function uses which
 * workers run. A class is captured when it is first met; instances of one that holds something of the driver alone travel as plain objects, and a
 * warning says so.
 */
export class RecordClasses implements ClassTable {
  readonly #listener: RecordClassListener
  readonly #known = new Map<string, ClassBundle>()
  readonly #plain = new WeakSet<object>()
  readonly #collected = new FinalizationRegistry<string>((id) => {
    const bundle = this.#known.get(id)
    if (bundle === undefined) return
    this.#known.delete(id)
    this.#listener.onCollected(id, bundle, !bundle.names.some((name) => this.#known.get(name.id) === bundle))
  })

  constructor(listener: RecordClassListener) {
    this.#listener = listener
  }

  /** @throws ClassNotReadyError when the class can be captured only after an import. */
  idOf(ctor: Constructor): string | undefined {
    const known = classIdOf(ctor)
    if (known !== undefined && this.#known.has(known)) return known
    if (this.#plain.has(ctor)) return undefined
    const waiting = this.#capture([ctor])
    if (waiting !== undefined) throw new ClassNotReadyError(ctor.name, waiting)
    const id = classIdOf(ctor)
    return id !== undefined && this.#known.has(id) ? id : undefined
  }

  /** The captured classes that workers need before they get records of the class with this identity. */
  bundleOf(id: string): ClassBundle | undefined {
    return this.#known.get(id)
  }

  byId(id: string): ReturnType<ClassTable['byId']> {
    return classById(id) as ReturnType<ClassTable['byId']>
  }

  /** Makes the classes of a captured value known: what it computes may be instances of them, and any worker may get those as records. */
  share({ classes }: ClosurePayload): void {
    const met = classes.filter((id) => !this.#known.has(id)).map(classById)
    const owners = met.filter((owner): owner is Constructor => owner !== undefined)
    if (owners.length === 0) return
    for (const owner of owners) this.#plain.delete(owner)
    if (owners.length > MAX_CAPTURED_ALONE) void this.#capture(owners)
    else for (const owner of owners) void this.#capture([owner])
  }

  /** @returns a promise, which never rejects, when a module has to be imported first. */
  #capture(owners: readonly Constructor[]): Promise<void> | undefined {
    const keep = (payload: ClosurePayload): void => this.#keep(owners, payload)
    const refuse = (error: unknown): void => this.#refuse(owners, error)
    try {
      const payload = captureClosures(owners)
      if (isPromise(payload)) return payload.then(keep).catch(refuse)
      keep(payload)
    } catch (error) {
      refuse(error)
    }
    return undefined
  }

  #keep(owners: readonly Constructor[], payload: ClosurePayload): void {
    const names: ClassName[] = []
    for (const owner of owners) {
      const id = classIdOf(owner)
      if (id === undefined) {
        // A class of JavaScript or Node has no identity here: the codec knows what to make of its instances.
        this.#plain.add(owner)
        return
      }
      names.push({ id, name: owner.name })
    }
    const [first] = names
    if (first === undefined || this.#known.has(first.id)) return
    const bundle = { key: `classes/${first.id}`, names, payload }
    names.forEach(({ id }, at) => {
      this.#known.set(id, bundle)
      this.#collected.register(owners[at] as Constructor, id)
    })
    this.#listener.onCaptured(bundle)
    this.share(payload)
  }

  #refuse(owners: readonly Constructor[], error: unknown): void {
    const [owner, ...others] = owners
    if (owner === undefined) return
    if (others.length > 0) {
      for (const one of owners) void this.#capture([one])
      return
    }
    this.#plain.add(owner)
    log(
      'WARN',
      'RecordClasses',
      `Instances of ${owner.name} travel as plain objects, without their methods, because the class cannot be sent to workers: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
