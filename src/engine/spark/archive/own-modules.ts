import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { removeOldest, unfinishedName } from './archive-cache.ts'
import type { TarEntry } from './tar.ts'

const isSource = import.meta.url.endsWith('.ts')
/** The folder of this library's modules: `dist` of the package, `src` of a source tree. */
const MODULES = fileURLToPath(new URL('../../../', import.meta.url))
const PACKAGE = path.join(MODULES, '..')
/** Folders of dist/ that only the driver uses. They are left out of the archive. */
const DRIVER_ONLY = new Set(['cli', 'testing'])
/** The dependencies of this library that its modules load on a worker. */
const WORKER_PACKAGES = ['acorn', 'fzstd', 'unbzip2-stream'] as const

/** This library as executors get it: `package.json`, `dist/`, and what its modules need of `node_modules/`. */
export interface OwnModules {
  readonly digest: string
  readonly entries: readonly TarEntry[]
}

/** Reads the built modules; from a source tree they are compiled into `cache` first. */
export async function ownModules(cache: string): Promise<OwnModules> {
  const dist = isSource ? await compiled(cache) : MODULES
  const entries: TarEntry[] = [file('package.json', path.join(PACKAGE, 'package.json'))]
  for (const name of modulesBelow(dist, '.js')) entries.push(file(`dist/${name}`, path.join(dist, name)))
  for (const [name, folder] of workerPackages()) {
    for (const one of filesBelow(folder)) entries.push(file(`node_modules/${name}/${one}`, path.join(folder, one)))
  }
  return { digest: digestOf(entries), entries }
}

function file(name: string, from: string): TarEntry & { readonly kind: 'file' } {
  return { name, kind: 'file', isExecutable: false, content: fs.readFileSync(from) }
}

function digestOf(entries: readonly TarEntry[]): string {
  const hash = createHash('sha256')
  for (const entry of entries) {
    hash.update(entry.name)
    if (entry.kind === 'file') hash.update(entry.content)
  }
  return hash.digest('hex').slice(0, 16)
}

function modulesBelow(folder: string, extension: string): string[] {
  return filesBelow(folder)
    .filter((name) => name.endsWith(extension) && !DRIVER_ONLY.has(name.split('/')[0] as string))
    .filter((name) => !/\.test\.[jt]s$/.test(name))
}

/** Relative paths, sorted, so that equal trees give equal digests. */
function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
}

/** The folders of {@link WORKER_PACKAGES} and of what they depend on, by name; one inside another's folder comes with that. */
function workerPackages(): Map<string, string> {
  const folders = new Map<string, string>()
  const add = (name: string, from: string): void => {
    const folder = packageFolder(name, from)
    if (folders.has(name) || folder.startsWith(path.join(from, path.sep))) return
    folders.set(name, folder)
    const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>
    }
    for (const dependency of Object.keys(dependencies)) add(dependency, folder)
  }
  const here = path.dirname(fileURLToPath(import.meta.url))
  for (const name of WORKER_PACKAGES) add(name, here)
  return folders
}

/** Where a package is that a module in the folder `from` would load. */
function packageFolder(name: string, from = path.dirname(fileURLToPath(import.meta.url))): string {
  const places = createRequire(path.join(from, 'package.json')).resolve.paths(`${name}/package.json`) ?? []
  const found = places
    .map((place) => path.join(place, name))
    .find((one) => fs.existsSync(path.join(one, 'package.json')))
  if (found === undefined) throw new Error(`the package ${name} is not installed`)
  return found
}

/** The modules of a source tree, compiled once per state of the sources. */
async function compiled(cache: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of modulesBelow(MODULES, '.ts')) hash.update(name).update(fs.readFileSync(path.join(MODULES, name)))
  const target = path.join(cache, `compiled-${hash.digest('hex').slice(0, 16)}`)
  if (fs.existsSync(target)) return target
  const unfinished = unfinishedName(target)
  const tsc = path.join(packageFolder('typescript'), 'bin', 'tsc')
  const args = [
    tsc,
    '-p',
    'tsconfig.build.json',
    '--outDir',
    unfinished,
    '--declaration',
    'false',
    '--sourceMap',
    'false',
    '--inlineSources',
    'false',
  ]
  await promisify(execFile)(process.execPath, args, { cwd: PACKAGE }).catch((error: { readonly stdout?: string }) => {
    // Types that do not fit keep nothing from running; what matters is that the modules are there.
    if (!fs.existsSync(path.join(unfinished, 'engine')))
      throw new Error(`the sources cannot be compiled: ${error.stdout}`)
  })
  fs.rmSync(target, { recursive: true, force: true })
  fs.renameSync(unfinished, target)
  await removeOldest(cache, 'compiled-')
  return target
}
