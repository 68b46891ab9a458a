import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModuleUse } from '../../../closure/driver/index.ts'
import { MillstreamError } from '../../../errors.ts'
import { describePlatform, isSamePlatform, type Platform, platformOfBinary } from './platform.ts'
import type { TarEntry } from './tar.ts'

const INSTALLED = `${path.sep}node_modules${path.sep}`
/** Files of a package that are for readers and compilers. They are left out of the archive. */
const NOT_NEEDED = /\.(?:d\.[cm]?ts|map|md|markdown)$/i
/** Equal files of at least this length are stored only once in an archive. */
const SHARED_FROM_BYTES = 1024

/** A package of node_modules that cannot run on the executors. */
export class PackageError extends MillstreamError {
  constructor(message: string) {
    super('PACKAGE_NOT_SHIPPABLE', message)
  }
}

/** A folder with its entries in an archive, and the links by which a package manager makes others find it. */
interface FoundPackage {
  readonly folder: string
  readonly name: string
}

/**
 * The packages that functions refer to, with all that these depend on. Grows with the functions of a session, so that what was there stays
 * where it was.
 */
export class PackageSet {
  readonly #platform: Platform | null
  readonly #packages = new Map<string, FoundPackage>()
  /** Symbolic links on the way to a package, as pnpm and workspaces make them: link to target. */
  readonly #links = new Map<string, string>()

  /** @param platform the executors', or null where it is not known. */
  constructor(platform: Platform | null) {
    this.#platform = platform
  }

  get isEmpty(): boolean {
    return this.#packages.size === 0
  }

  /**
   * Adds what module uses need.
   * @returns whether the set has grown.
   * @throws PackageError for a package with a native add-on for another platform.
   */
  add(uses: readonly ModuleUse[]): boolean {
    const before = this.#packages.size
    for (const use of uses) {
      if (use.kind === 'module') this.#addModule(pathOf(use.place))
      else for (const specifier of use.specifiers) this.#addSpecifier(specifier, pathOf(use.place))
    }
    return this.#packages.size > before
  }

  /** Folders that hold a `node_modules`, each with its number in the archive. */
  roots(): string[] {
    return [...new Set([...this.#packages.keys()].map(rootOf))].sort()
  }

  /** The archive's entries: under `<number of the root>/` what is under the root, as far as it belongs to the packages. */
  entries(): { readonly digest: string; readonly entries: readonly TarEntry[] } {
    const roots = this.roots()
    const place = (file: string): string => {
      const root = rootOf(file)
      return `${roots.indexOf(root)}/${path.relative(root, file).split(path.sep).join('/')}`
    }
    const entries: TarEntry[] = []
    const hash = createHash('sha256')
    const seen = new Map<string, string>()
    for (const { folder } of [...this.#packages.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1))) {
      for (const file of this.#files(folder)) {
        const entry = fileEntry(place(file), file, seen)
        hash.update(entry.name).update(entry.kind === 'file' ? entry.content : '')
        entries.push(entry)
      }
    }
    for (const [link, target] of [...this.#links].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const name = place(link)
      const entry: TarEntry = {
        name,
        kind: 'link',
        target: path.posix.relative(path.posix.dirname(name), place(target)),
      }
      hash.update(entry.name).update(entry.target)
      entries.push(entry)
    }
    return { digest: hash.digest('hex').slice(0, 24), entries }
  }

  #addModule(file: string): void {
    const folder = packageFolder(file)
    if (folder !== null) this.#addPackage(folder)
  }

  #addSpecifier(specifier: string, from: string): void {
    if (isBuiltin(specifier) || specifier.startsWith('.') || specifier.startsWith('/')) return
    const name = packageName(specifier)
    const installed = installedFolder(name, path.dirname(from))
    if (installed !== null) this.#addPackage(installed)
  }

  #addPackage(installed: string): void {
    const folder = fs.realpathSync(installed)
    if (folder !== installed) this.#addLink(installed, folder)
    if (this.#packages.has(folder)) return
    const manifest = readManifest(folder)
    this.#packages.set(folder, { folder, name: manifest.name ?? path.basename(folder) })
    this.#checkPlatform(folder, manifest)
    const { dependencies, optionalDependencies, peerDependencies } = manifest
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const dependency = installedFolder(name, folder)
      if (dependency !== null) this.#addPackage(dependency)
    }
  }

  #addLink(link: string, target: string): void {
    if (rootOf(link) === rootOf(target)) this.#links.set(link, target)
  }

  #checkPlatform(folder: string, { name, os, cpu }: Manifest): void {
    if (this.#platform === null) return
    const addons = filesOf(folder).filter((file) => file.endsWith('.node'))
    const fits = (file: string): boolean => {
      const built = platformOfBinary(file)
      return built !== null && isSamePlatform(built, this.#platform as Platform)
    }
    const isForeign = !fitsManifest(os, this.#platform.os) || !fitsManifest(cpu, this.#platform.cpu)
    if (!isForeign && (addons.length === 0 || addons.some(fits))) return
    const built = addons[0] === undefined ? null : platformOfBinary(addons[0])
    throw new PackageError(
      `cannot ship the package ${name} (${folder}) to the executors: its native code is ${built === null ? 'for another platform' : `for ${describePlatform(built)}`} and the executors run ${describePlatform(this.#platform)}; install it on the driver for that platform (npm install --os=${this.#platform.os} --cpu=${this.#platform.cpu}), or use a package without native code in functions that run there`,
    )
  }

  /** The files of a package that executors need; of native add-ons for several platforms those for theirs. */
  #files(folder: string): string[] {
    return filesOf(folder).filter((file) => {
      if (NOT_NEEDED.test(file)) return false
      if (!file.endsWith('.node') || this.#platform === null) return true
      const built = platformOfBinary(file)
      return built !== null && isSamePlatform(built, this.#platform)
    })
  }
}

interface Manifest {
  readonly name?: string
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

function readManifest(folder: string): Manifest {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
}

/** npm's `os` and `cpu` fields: names, or names with `!` in front that are excluded. */
function fitsManifest(allowed: readonly string[] | undefined, name: string): boolean {
  if (allowed === undefined || allowed.length === 0) return true
  const excluded = allowed.filter((one) => one.startsWith('!')).map((one) => one.slice(1))
  const included = allowed.filter((one) => !one.startsWith('!'))
  return !excluded.includes(name) && (included.length === 0 || included.includes(name))
}

function pathOf(place: string): string {
  return place.startsWith('file:') ? fileURLToPath(place.replace(/[?#].*$/, '')) : place
}

/** The folder before the first `node_modules` of a path. */
function rootOf(file: string): string {
  const at = file.indexOf(INSTALLED)
  return at === -1 ? path.parse(file).root : file.slice(0, at)
}

/** The package of node_modules that a file belongs to, or null for the user's own files and Millstream's. */
function packageFolder(file: string): string | null {
  const at = file.lastIndexOf(INSTALLED)
  if (at === -1) return null
  const [first = '', second = ''] = file.slice(at + INSTALLED.length).split(path.sep)
  return path.join(file.slice(0, at + INSTALLED.length), first.startsWith('@') ? path.join(first, second) : first)
}

function packageName(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

/** Where Node finds a package from a folder, symbolic links not followed; null when it is not installed. */
function installedFolder(name: string, from: string): string | null {
  for (const modules of createRequire(path.join(from, 'index.js')).resolve.paths(name) ?? []) {
    const folder = path.join(modules, name)
    if (fs.existsSync(path.join(folder, 'package.json'))) return folder
  }
  return null
}

/** All files of a package; packages inside of it are their own. */
function filesOf(folder: string): string[] {
  const found: string[] = []
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of fs.readdirSync(next, { withFileTypes: true })) {
      const file = path.join(next, entry.name)
      if (entry.isFile()) found.push(file)
      else if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') folders.push(file)
    }
  }
  return found.sort()
}

function fileEntry(name: string, file: string, seen: Map<string, string>): TarEntry {
  const content = fs.readFileSync(file)
  const isExecutable = (fs.statSync(file).mode & 0o111) !== 0
  if (content.length < SHARED_FROM_BYTES) return { name, kind: 'file', isExecutable, content }
  const key = `${isExecutable}/${createHash('sha256').update(content).digest('hex')}`
  const same = seen.get(key)
  if (same !== undefined) return { name, kind: 'same', as: same }
  seen.set(key, name)
  return { name, kind: 'file', isExecutable, content }
}
