import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ModulePlaces } from '../command.ts'

/** Millstream's own modules on this executor. */
const OWN_FOLDER = fileURLToPath(new URL('../../../', import.meta.url))
const OWN_EXTENSION = path.extname(fileURLToPath(import.meta.url))
const SESSION_FOLDER = process.cwd()

/**
 * Finds the driver's modules on this executor: Millstream's own in the executor archive, a package's in the archives of packages. A module
 * stays where it was found first, so that a later archive which holds it too does not bring it a second time.
 */
export class ModuleLocations {
  #places: ModulePlaces = { own: OWN_FOLDER, packages: [] }
  readonly #found = new Map<string, string>()

  use(places: ModulePlaces): void {
    this.#places = places
  }

  /** @param place a URL or path on the driver's machine. @returns the one here, of the same kind. */
  locate(place: string): string {
    const isUrl = place.startsWith('file:')
    const file = isUrl ? fileURLToPath(place.replace(/[?#].*$/, '')) : place
    const here = this.#found.get(file) ?? this.#find(file)
    if (here === null) return place
    return isUrl ? pathToFileURL(here).href : here
  }

  #find(file: string): string | null {
    const { own, packages } = this.#places
    if (file.startsWith(own)) return path.join(OWN_FOLDER, file.slice(own.length).replace(/\.[jt]s$/, OWN_EXTENSION))
    for (const { folder, at } of packages) {
      const within = path.relative(folder, file)
      if (within.startsWith('..') || path.isAbsolute(within)) continue
      const here = path.join(SESSION_FOLDER, at, within)
      if (fs.existsSync(here)) this.#found.set(file, here)
      // A user's own module is not there, and need not be: it is where the search for packages begins.
      return here
    }
    return null
  }
}
