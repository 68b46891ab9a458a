import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CONSUMER = join(ROOT, 'test/fixtures/consumer')

/** As strict as it goes, the package's own declarations checked as well. */
const STRICT = {
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: false,
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules/@types')],
}
/** TypeScript as Node resolves modules, in a project without a module type, and as bundlers and `millstream run` do. */
const CONSUMER_CONFIGS = {
  'tsconfig.node.json': { compilerOptions: { ...STRICT, module: 'nodenext' }, include: ['types.ts'] },
  'tsconfig.json': { compilerOptions: { ...STRICT, module: 'preserve' }, include: ['*.ts'] },
}

/** How a command ended. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A package built, packed and installed as a user would install it, in a folder of its own. */
export interface InstalledPackage extends AsyncDisposable {
  /** The packed file. */
  readonly tarball: string
  /** A user's project: the files of test/fixtures/consumer with the package in its node_modules. */
  readonly project: string
  /** Paths in the tarball, without the leading `package/`. */
  readonly packedFiles: readonly string[]
}

/**
 * Builds and packs into a temporary folder, so that neither dist/ nor whoever uses it meanwhile matters, and installs the tarball in a
 * project outside of the repository.
 */
export async function installPacked(): Promise<InstalledPackage> {
  const root = await mkdtemp(join(tmpdir(), 'millstream-package-'))
  const project = join(root, 'project')
  const source = join(root, 'package')
  const dispose = () => rm(root, { recursive: true, force: true })
  try {
    await stage(source)
    const packed = await mustRun('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', root], source)
    const [{ filename, files }] = packedSummary(packed.stdout)
    const tarball = join(root, filename)
    await cp(CONSUMER, project, { recursive: true })
    for (const [name, config] of Object.entries(CONSUMER_CONFIGS)) {
      await writeFile(join(project, name), JSON.stringify(config, undefined, 2))
    }
    await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], project)
    return { tarball, project, packedFiles: files.map(({ path }) => path), [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Runs a command to its end, whatever that is. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' }
  // Otherwise a Node that the command starts would take itself for a test file of this run.
  delete env.NODE_TEST_CONTEXT
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr })
    })
  })
}

/** The package's folder as `npm pack` needs it: what package.json names, dist/ freshly built. */
async function stage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { files: string[] }
  const present = new Set(await readdir(ROOT))
  for (const entry of ['package.json', ...manifest.files]) {
    if (entry !== 'dist' && present.has(entry)) await cp(join(ROOT, entry), join(folder, entry), { recursive: true })
  }
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  await mustRun(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')], ROOT)
  await chmod(join(folder, 'dist/cli/main.js'), 0o755)
}

async function mustRun(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const outcome = await run(command, args, cwd)
  if (outcome.code === 0) return outcome
  throw new Error(`${command} ${args.join(' ')} ended with ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`)
}

function packedSummary(json: string): [{ filename: string; files: { path: string }[] }] {
  return JSON.parse(json) as [{ filename: string; files: { path: string }[] }]
}
