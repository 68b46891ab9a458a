import { readFileSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where `millstream run` leaves the file that it runs, for whichever copy of this library the program imports. */
const PROGRAM_FILE = Symbol.for('millstream.programFile')
const INSTALLED = `${sep}node_modules${sep}`
const OWN_NAME = 'millstream'

/** Tells the library which file `millstream run` runs. */
export function announceProgram(file: string): void {
  Reflect.set(globalThis, PROGRAM_FILE, file)
}

let known: { readonly main: unknown; readonly folder: string | undefined } | undefined

/**
 * Whether a module under node_modules belongs to the program that runs, so that its functions travel as the user's own do: an example that
 * is run where it was installed, or an application that is installed as a package. A test runner is the main module too, but neither run
 * by `millstream run` nor made with this library, so it stays an installed package.
 * @param url a URL or a path
 */
export function isOfProgram(url: string): boolean {
  const announced: unknown = Reflect.get(globalThis, PROGRAM_FILE)
  const main = announced ?? process.argv[1]
  if (known === undefined || known.main !== main) {
    known = { main, folder: programFolder(main, announced !== undefined) }
  }
  const { folder } = known
  if (folder === undefined || !url.startsWith(url.startsWith('/') ? fileURLToPath(folder) : folder)) return false
  // Packages inside of the program's folder are packages as anywhere.
  return !url.slice(folder.length).includes('/node_modules/')
}

/** The folder of the program's package as a URL that ends in a slash; undefined for a program outside of node_modules. */
function programFolder(main: unknown, isAnnounced: boolean): string | undefined {
  const file = typeof main === 'string' ? realPath(main) : undefined
  const at = file?.lastIndexOf(INSTALLED) ?? -1
  if (file === undefined || at === -1) return undefined
  const modules = file.slice(0, at + INSTALLED.length)
  const [first = '', second = ''] = file.slice(modules.length).split(sep)
  const folder = join(modules, first.startsWith('@') ? join(first, second) : first)
  if (!isAnnounced && !usesThisLibrary(folder)) return undefined
  return `${pathToFileURL(folder).href}/`
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file)
  } catch {
    // For instance `[eval]`, or a file that a bundler holds in memory only.
    return undefined
  }
}

function usesThisLibrary(folder: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const { name, dependencies, peerDependencies } = manifest as {
      name?: string
      dependencies?: object
      peerDependencies?: object
    }
    return name === OWN_NAME || OWN_NAME in { ...dependencies, ...peerDependencies }
  } catch {
    return false
  }
}
