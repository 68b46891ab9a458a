import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type InstalledPackage, installPacked, type Outcome, ROOT, run } from './packed-package.ts'

let installed: InstalledPackage

before(async () => {
  installed = await installPacked()
})

after(() => installed?.[Symbol.asyncDispose]())

const bin = (name: string) => join(ROOT, 'node_modules/.bin', name)
const inProject = (command: string, ...args: string[]) => run(command, args, installed.project)

function assertEnded(outcome: Outcome, stdout: string): void {
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr)
  assert.equal(outcome.stdout, stdout)
}

test('the package holds the build and what a reader needs, no sources of tests', () => {
  const files = installed.packedFiles
  for (const wanted of [
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/main.js',
    'LICENSE',
    'CHANGELOG.md',
    'package.json',
  ]) {
    assert(files.includes(wanted), wanted)
  }
  const allowed =
    /^(?:dist\/.*\.(?:js|d\.ts)|docs\/.*\.md|examples\/[^.]*\.(?:ts|mjs|js|json|txt)|[A-Z]+(?:\.md)?|package\.json)$/
  assert.deepEqual(
    files.filter((file) => !allowed.test(file)),
    [],
  )
  assert.deepEqual(
    files.filter((file) => /\.test\.|fixtures|^src\//.test(file)),
    [],
  )
})

test('the types show nothing that is internal, and are whole without it', async () => {
  const folder = join(installed.project, 'node_modules/millstream/dist')
  const declarations = installed.packedFiles.filter((file) => file.endsWith('.d.ts'))
  assert(declarations.length > 100)
  for (const file of declarations) {
    const text = await readFile(join(folder, '..', file), 'utf8')
    assert(!text.includes('@internal'), file)
  }
})

test('npx millstream runs a TypeScript program with its own modules and arguments', async () => {
  assertEnded(
    await inProject('npx', '--no', 'millstream', 'run', '--conf', 'spark.app.name=n', 'word-lengths.ts', '--x', '1'),
    'local[2] [{"length":2,"words":60},{"length":3,"words":20},{"length":4,"words":10},{"length":8,"words":10}] --x 1\n',
  )
})

test('a function imports a TypeScript module when it runs, on the driver and on workers', async () => {
  assertEnded(await inProject('npx', '--no', 'millstream', 'run', 'lazy-import.ts'), '[[1,2],[1,2]]\n')
})

test('npx millstream tells its version', async () => {
  const { code, stdout } = await inProject('npx', '--no', 'millstream', 'version')
  assert.equal(code, 0)
  assert.match(stdout, /^millstream \d/)
})

test('a strict TypeScript project sees complete types, pair operations on pairs only', async () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  for (const config of ['tsconfig.json', 'tsconfig.node.json']) {
    assertEnded(await inProject(process.execPath, tsc, '-p', config), '')
  }
})

test('plain JavaScript uses it as an ES module', async () => {
  assertEnded(await inProject(process.execPath, 'sum.mjs'), '5\n')
})

test('CommonJS requires it', async () => {
  const outcome = await inProject(process.execPath, '--no-warnings', 'sum.cjs')
  assertEnded(outcome, '5\n')
})

test('a part that needs an optional package says so where it is used', async () => {
  const { code, stdout, stderr } = await inProject(process.execPath, 'without-pg.mjs')
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^PACKAGE_NOT_INSTALLED a sink for PostgreSQL needs the package 'pg', .*: npm install pg\n$/)
})

test('publint finds nothing to complain about', async () => {
  const { code, stdout, stderr } = await inProject(bin('publint'), 'run', '--strict', installed.tarball)
  assert.equal(code, 0, stdout + stderr)
})

test('the types resolve wherever an ES module does', async () => {
  const { code, stdout, stderr } = await inProject(
    bin('attw'),
    '--profile',
    'esm-only',
    '--no-emoji',
    installed.tarball,
  )
  assert.equal(code, 0, stdout + stderr)
})
