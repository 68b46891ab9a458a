import { fileURLToPath } from 'node:url'
import { type ModuleUse, modulesIn } from '../../../closure/driver/index.ts'
import type { ClosurePayload } from '../../../closure/wire/index.ts'
import type { ModulePlaces, PackagePlace } from '../command.ts'
import { type Archive, cacheDirectory, cachedArchive } from './archive-cache.ts'
import { PackageSet } from './packages.ts'
import type { Platform } from './platform.ts'

/** Payloads whose module uses are remembered. */
const MAX_REMEMBERED = 512

/** Millstream's own modules on this machine: executors have theirs in the executor archive. */
const OWN_FOLDER = fileURLToPath(new URL('../../../', import.meta.url))

/** Sends an archive to the executors, where its folder stands in the session's working directory. */
export type SendArchive = (folder: string, archive: Archive) => Promise<void>

/**
 * Sees to it that the packages which functions refer to are on the executors: one archive of all that a session's functions have needed
 * so far, sent again, with what is new, when they need more.
 */
export class PackageArchives {
  readonly #set: PackageSet
  readonly #send: SendArchive
  readonly #cache: string
  readonly #known = new Map<string, readonly ModuleUse[]>()
  #places: readonly PackagePlace[] = []
  #last: Promise<unknown> = Promise.resolve()

  /** @param platform the executors', null where it is not known: native add-ons are then not checked. */
  constructor(platform: Platform | null, send: SendArchive, cache: string = cacheDirectory()) {
    this.#set = new PackageSet(platform)
    this.#send = send
    this.#cache = cache
  }

  /**
   * Brings what captured values need to the executors.
   * @returns where modules of this machine are there.
   * @throws PackageError for a package that cannot run there.
   */
  async placesFor(payloads: Iterable<ClosurePayload>): Promise<ModulePlaces> {
    const uses = [...payloads].flatMap((payload) => this.#usesOf(payload))
    if (uses.length > 0) {
      const sending = this.#last.then(() => this.#ensure(uses))
      this.#last = sending.catch(() => {})
      await sending
    }
    return { own: OWN_FOLDER, packages: this.#places }
  }

  async #ensure(uses: readonly ModuleUse[]): Promise<void> {
    if (!this.#set.add(uses)) return
    const { digest, entries } = this.#set.entries()
    const archive = await cachedArchive('packages', digest, () => entries, this.#cache)
    const folder = `millstream-packages-${digest}`
    await this.#send(folder, archive)
    this.#places = this.#set.roots().map((root, index) => ({ folder: root, at: `${folder}/${index}` }))
  }

  #usesOf(payload: ClosurePayload): readonly ModuleUse[] {
    const known = payload.cells.length === 0 ? this.#known.get(payload.digest) : undefined
    if (known !== undefined) return known
    const uses = modulesIn(payload).filter(({ place }) => !isOwn(place))
    this.#known.set(payload.digest, uses)
    if (this.#known.size > MAX_REMEMBERED) this.#known.delete(this.#known.keys().next().value as string)
    return uses
  }
}

function isOwn(place: string): boolean {
  return (place.startsWith('file:') ? fileURLToPath(place.replace(/[?#].*$/, '')) : place).startsWith(OWN_FOLDER)
}
