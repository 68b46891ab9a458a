/**
 * Runs the test suites with Node's own runner, prints its readable report and closes with one line, `N passed, N failed`.
 *
 * ```
 * tsx scripts/run-tests.ts                     every *.test.ts under src/ and test/, test/integration/ left out
 * tsx scripts/run-tests.ts integration         those under test/integration/ only
 * tsx scripts/run-tests.ts src/files src/cli   those whose path starts with one of the given paths
 * ```
 *
 * Exits with 1 when a test failed, when a file could not be loaded, or when nothing ran.
 */
import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const INTEGRATION = 'test/integration/'
const FIXTURES = 'test/fixtures/'
/** How many test files run at the same time: more than the cores of a small machine only makes timeouts likelier. */
const CONCURRENCY = 2
/** The longest that one file may take, hung processes included. */
const UNIT_TIMEOUT_MS = 300_000
const INTEGRATION_TIMEOUT_MS = 1_200_000

const args = process.argv.slice(2)
const wantsIntegration = args[0] === 'integration'
const prefixes = (wantsIntegration ? args.slice(1) : args).map((path) => relative(root, path).split(sep).join('/'))

const files = findTestFiles().filter(isWanted)
const counts = { passed: 0, failed: 0, skipped: 0 }

const events = run({
  files: files.map((file) => join(root, file)),
  concurrency: CONCURRENCY,
  timeout: wantsIntegration ? INTEGRATION_TIMEOUT_MS : UNIT_TIMEOUT_MS,
})
events.on('test:pass', (event) => {
  if (event.details.type === 'suite') return
  // A file that registers no test is reported as one passing test named after the file: nothing was checked, so it fails.
  if (isTestFile(event.name)) {
    counts.failed++
    process.stderr.write(`${event.name} holds no test\n`)
  } else if (event.skip !== undefined || event.todo !== undefined) counts.skipped++
  else counts.passed++
})
events.on('test:fail', (event) => {
  if (event.details.type !== 'suite' || isOwnFailure(event.details.error)) counts.failed++
})

const report = events.compose(new spec())
report.pipe(process.stdout, { end: false })
report.on('end', () => {
  if (counts.passed + counts.failed === 0) process.stderr.write('no test ran\n')
  if (counts.skipped > 0) process.stdout.write(`${counts.skipped} skipped\n`)
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`)
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
})

function findTestFiles(): string[] {
  return ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => `${folder}/${file.split(sep).join('/')}`)
      .sort(),
  )
}

function isWanted(file: string): boolean {
  if (prefixes.length > 0 && !prefixes.some((prefix) => file.startsWith(prefix))) return false
  if (file.startsWith(FIXTURES)) return prefixes.some((prefix) => prefix.startsWith(FIXTURES))
  if (file.startsWith(INTEGRATION)) return wantsIntegration || prefixes.some((prefix) => prefix.startsWith(INTEGRATION))
  return !wantsIntegration
}

function isTestFile(name: string): boolean {
  return files.includes(relative(root, name).split(sep).join('/'))
}

/** A suite fails with its tests, which are counted already, or by itself, for instance in a `before` hook. */
function isOwnFailure(error: Error & { failureType?: string }): boolean {
  return error.failureType !== 'subtestsFailed'
}
