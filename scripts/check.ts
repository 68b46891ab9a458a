/**
 * Checks a change within a minute: `npm run check`. Lints the files that changed, checks all types, and runs the unit tests that load a changed
 * file, those with the shortest chain of imports to one first. What changed is what differs from the branch `main`, or on `main` from HEAD.
 *
 * ```
 * npm run check                    what changed, tests that begin within 30 seconds
 * npm run check -- --base HEAD~3   what changed since another commit
 * npm run check -- --all           every test that a change reaches, however long they take
 * ```
 *
 * Exits with 1 when anything fails. Tests that the time did not suffice for are named by their number and do not fail.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { importsOf } from '../test/architecture/imports.ts'
import { projectFiles } from '../test/architecture/project-files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** No test file starts later than this after the start of the first one. The rest of the minute is for lint, and for the last tests and the types to end. */
const TEST_TIME_MS = 30_000
/** Tests that read files as text, so that no import leads to what they check. */
const TEXT_TESTS: readonly (readonly [changed: RegExp, test: string])[] = [
  [/\.md$/, 'test/docs/pages.test.ts'],
  [/\.md$/, 'test/docs/code-blocks.test.ts'],
  [/^(?:src\/settings\/|docs\/settings\.md)/, 'test/docs/settings.test.ts'],
  [/^examples\//, 'test/examples/examples.test.ts'],
  [/^(?:src|test)\/.*\.ts$/, 'test/architecture/import-layers.test.ts'],
  [/^(?:src|test)\/.*\.ts$/, 'test/architecture/source-rules.test.ts'],
  [/^src\/.*\.ts$/, 'test/architecture/unique-names.test.ts'],
  [/^package\.json$/, 'test/package/tarball.test.ts'],
]

const { values } = parseArgs({ options: { base: { type: 'string' }, all: { type: 'boolean', default: false } } })
const base = values.base ?? defaultBase()
const changed = changedFiles(base)
console.log(`${changed.length} files changed since ${base}`)
if (changed.length > 0) process.exitCode = (await checkAll()) ? 0 : 1

async function checkAll(): Promise<boolean> {
  const present = changed.filter((file) => existsSync(`${root}/${file}`))
  const isLinted = await run('lint', 'biome', ['check', '--no-errors-on-unmatched', ...present])
  const others = [run('types', 'tsc', ['-p', 'tsconfig.json']), runTests(testsOf(changed))]
  return (await Promise.all(others)).every((isGood) => isGood) && isLinted
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
}

/** Where the branch left `main`; HEAD on `main` itself and in a clone without `main`. */
function defaultBase(): string {
  for (const main of ['main', 'origin/main']) {
    const { status, stdout } = spawnSync('git', ['merge-base', main, 'HEAD'], { cwd: root, encoding: 'utf8' })
    if (status === 0) return stdout.trim() === git('rev-parse', 'HEAD') ? 'HEAD' : stdout.trim()
  }
  return 'HEAD'
}

function changedFiles(since: string): string[] {
  const differing = git('diff', '--name-only', since)
  const untracked = git('ls-files', '--others', '--exclude-standard')
  return [...new Set(`${differing}\n${untracked}`.split('\n'))].filter((file) => file !== '').sort()
}

/** Runs a program of node_modules/.bin. */
function run(name: string, program: string, args: readonly string[]): Promise<boolean> {
  return runProcess(name, `${root}/node_modules/.bin/${program}`, args)
}

/** Runs a program and prints what the program says when it fails. @returns whether it did not fail */
function runProcess(name: string, program: string, args: readonly string[]): Promise<boolean> {
  const start = performance.now()
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root })
    const output: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
    }
    child.once('close', (status) => {
      const isGood = status === 0
      if (!isGood) process.stdout.write(output.join(''))
      console.log(`${isGood ? '✔' : '✖'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
      resolve(isGood)
    })
  })
}

/** The unit tests that load a changed file, nearest first. */
function testsOf(files: readonly string[]): string[] {
  const sources = new Map([...projectFiles('')].filter(([file]) => /^(?:src|test|scripts)\/.*\.ts$/.test(file)))
  const users = new Map<string, string[]>()
  for (const { from, to, kind } of importsOf(sources)) {
    if (kind !== 'type') users.set(to, [...(users.get(to) ?? []), from])
  }
  // A breadth-first walk from the changed files to their users meets the nearest tests first.
  const reached = new Set(files)
  for (const file of reached) for (const user of users.get(file) ?? []) reached.add(user)
  for (const [pattern, test] of TEXT_TESTS) if (files.some((file) => pattern.test(file))) reached.add(test)
  return [...reached].filter((file) => file.endsWith('.test.ts') && sources.has(file) && isUnitTest(file))
}

function isUnitTest(file: string): boolean {
  return !file.startsWith('test/integration/') && !file.startsWith('test/fixtures/')
}

/** Runs the files side by side until the time is over. @returns whether none failed */
async function runTests(tests: readonly string[]): Promise<boolean> {
  const waiting = [...tests]
  const start = performance.now()
  let isGood = true
  const work = async (): Promise<void> => {
    for (;;) {
      if (!values.all && performance.now() - start > TEST_TIME_MS) return
      const file = waiting.shift()
      if (file === undefined) return
      isGood = (await runProcess(file, process.execPath, ['--import', 'tsx', '--test', file])) && isGood
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work))
  if (waiting.length > 0) {
    console.log(
      `${tests.length - waiting.length} of ${tests.length} test files ran; \`npm run check -- --all\` runs them all`,
    )
  }
  return isGood
}
