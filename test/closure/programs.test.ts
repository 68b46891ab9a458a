import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const programs = fileURLToPath(new URL('../fixtures/closure/programs/', import.meta.url))
const built = new URL('../../node_modules/.cache/millstream-closure/closure/', import.meta.url).href
const environment = { ...process.env, MILLSTREAM_CLOSURE: built, NODE_TEST_CONTEXT: undefined, NO_COLOR: '1' }

/** The library as it is installed: built, in node_modules, with no loader. */
before(async () => {
  await run('node_modules/.bin/tsc', ['-p', 'test/fixtures/closure/tsconfig.json'], { cwd: root })
})

async function resultsOf(file: string, ...options: string[]): Promise<unknown[]> {
  const { stdout } = await run(process.execPath, [...options, `${programs}${file}`], { cwd: root, env: environment })
  return JSON.parse(stdout) as unknown[]
}

const COMMON = [42, [1, 3, 3], [11, 11], 3, '5', 'Program', [1, true]]

test('a plain ES module', async () => {
  const results = await resultsOf('plain-esm.mjs')
  assert.deepEqual(results, [...COMMON, ['plain-esm.mjs', true], 'Adder', true, 'plain-esm.mjs:29:33'])
})

test('a plain CommonJS module', async () => {
  const results = await resultsOf('plain-commonjs.cjs')
  assert.deepEqual(results, [
    ...COMMON.with(2, [11, 12]),
    ['plain-commonjs.cjs', 'Adder'],
    'Adder',
    true,
    'plain-commonjs.cjs:29:35',
  ])
})

test('TypeScript that tsx has made CommonJS of', async () => {
  const results = await resultsOf('compiled-commonjs.cts', '--import', 'tsx')
  assert.deepEqual(results, [...COMMON, 'compiled-commonjs.cts', 'compiled-commonjs.cts:27:35'])
})

test("a notebook's cells: scripts in this context and another, eval, new Function", async () => {
  assert.deepEqual(await resultsOf('notebook.mjs'), [8, 9, [6, 2, 'one'], 8, 42])
})

test('a vitest file', async () => {
  const vitest = fileURLToPath(import.meta.resolve('vitest/vitest.mjs'))
  await run(process.execPath, [vitest, 'run', '--config', `${programs}vitest.config.mjs`], {
    cwd: programs,
    env: environment,
  })
})

test('a jest file', async () => {
  const jest = fileURLToPath(import.meta.resolve('jest/bin/jest'))
  const config = JSON.stringify({ rootDir: programs, testMatch: ['**/sample.jest.mjs'], transform: {} })
  const options = ['--experimental-vm-modules', '--no-warnings', jest, '--config', config]
  await run(process.execPath, options, { cwd: programs, env: environment })
})
