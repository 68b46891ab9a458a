import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The package as it lies in a user's node_modules, of the build in dist/: without the time that packing and installing it take. */
export interface InstalledCopy extends AsyncDisposable {
  /** A user's project, of ES modules. */
  readonly project: string
  /** The package's command line, as a path from the project. */
  readonly command: string
  /** The package's folder, as a path from the project. */
  readonly folder: string
}

/**
 * Copies what package.json lists, as `npm pack` does, and makes the package's dependencies and optional peers resolvable.
 * @param files more files of the project, by path
 */
export async function installCopy(files: Readonly<Record<string, string>> = {}): Promise<InstalledCopy> {
  const project = await mkdtemp(join(tmpdir(), 'millstream-installed-'))
  const modules = join(project, 'node_modules')
  const folder = join(modules, 'millstream')
  await mkdir(folder, { recursive: true })
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    readonly files: readonly string[]
    readonly dependencies: Readonly<Record<string, string>>
  }
  const present = new Set(await readdir(ROOT))
  for (const entry of ['package.json', ...manifest.files]) {
    if (present.has(entry)) await cp(join(ROOT, entry), join(folder, entry), { recursive: true })
  }
  for (const name of Object.keys(manifest.dependencies)) {
    await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  }
  await mkdir(join(modules, '.bin'))
  await symlink('../millstream/dist/cli/main.js', join(modules, '.bin/millstream'))
  for (const [name, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    await mkdir(join(project, name, '..'), { recursive: true })
    await writeFile(join(project, name), text)
  }
  return {
    project,
    command: 'node_modules/.bin/millstream',
    folder: 'node_modules/millstream',
    [Symbol.asyncDispose]: () => rm(project, { recursive: true, force: true }),
  }
}
