import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { programEnvironment } from '../examples/run-example.ts'
import { type InstalledCopy, installCopy } from './installed-copy.ts'

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url))
const run = promisify(execFile)

/** Line 11 makes the RDD, line 12 runs the action, line 13 has a function that throws. */
const body = (types: boolean) => `
${types ? 'interface Settings {\n  readonly factor: number\n}' : '\n\n'}

test('the call site is the line of the test', async () => {
  const sc = new SparkContext('local[1]', 'CallSite')
${types ? '  const settings: Settings = { factor: 2 }' : '  const settings = { factor: 2 }'}
  const rdd = sc.parallelize([1]).map((n) => n * settings.factor)
  const failing = rdd.map(() => { throw new Error('no') }).collect()
  await expect(failing).rejects.toThrow(/collect at site.*:12:/)
  expect(await rdd.toDebugString()).toMatch(/MapPartitionsRDD\\[1\\] at map at site.*:11:\\d+/)
  await sc.stop()
}, 30_000)
`
let installed: InstalledCopy

before(async () => {
  installed = await installCopy({
    'site.test.ts': `import { expect, test } from 'vitest'\nimport { SparkContext } from 'millstream'\n${body(true)}`,
    'site.jest.mjs': `import { expect, test } from '@jest/globals'\nimport { SparkContext } from 'millstream'\n${body(false)}`,
  })
  const modules = join(installed.project, 'node_modules')
  await mkdir(join(modules, '@jest'))
  for (const name of ['vitest', 'jest', '@jest/globals']) await symlink(join(MODULES, name), join(modules, name))
})

after(() => installed?.[Symbol.asyncDispose]())

async function runTests(...args: string[]): Promise<void> {
  const options = { cwd: installed.project, env: { ...programEnvironment(), TMPDIR: installed.project } }
  // A test that fails ends the runner with a code other than 0, which rejects with its output.
  const { stdout, stderr } = await run(process.execPath, args, options)
  assert.match(stdout + stderr, /1 passed/)
}

test('under vitest', () => runTests(join(MODULES, 'vitest/vitest.mjs'), 'run'))

test('under jest', () => {
  const config = JSON.stringify({ rootDir: installed.project, testMatch: ['**/*.jest.mjs'], transform: {} })
  return runTests('--experimental-vm-modules', '--no-warnings', join(MODULES, 'jest/bin/jest.js'), '--config', config)
})
