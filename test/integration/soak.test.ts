import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { programEnvironment } from '../examples/run-example.ts'
import { LEAKS } from '../soak/leaks.ts'
import { IS_LONG } from './long.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Runs the soak in a process of its own. */
function soak(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
  const command = ['--import', 'tsx', 'test/soak/run.ts', ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env: programEnvironment() }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr })
    })
  })
}

test('memory, threads and files of a job with states and windows level off', async (t) => {
  const { code, output } = IS_LONG ? await soak('--batches', '240') : await soak('--batches', '120', '--churn', 'none')
  t.diagnostic(output.slice(output.indexOf('measure')))
  assert.equal(code, 0, output)
  assert.match(output, /^everything is level$/m)
})

test('leaks that are planted are found, each where it is', async () => {
  const churn = IS_LONG ? 'broadcasts,accumulators' : 'none'
  const { code, output } = await soak('--batches', '120', '--leak', LEAKS.join(','), '--churn', churn)
  assert.equal(code, 1, output)
  const growing = /^growing: (.*)$/m.exec(output)?.[1]?.split(', ') ?? []
  for (const measure of ['driver heap', 'driver buffers', 'worker heaps', 'threads', 'descriptors', 'local files']) {
    assert(growing.includes(measure), `${measure} is taken for level:\n${output}`)
  }
})

test('a program that keeps the broadcasts and accumulators of every batch is told apart from one that lets them go', {
  skip: !IS_LONG,
}, async () => {
  const { code, output } = await soak('--batches', '60', '--leak', 'churn')
  assert.equal(code, 1, output)
  assert.match(output, /^growing: .*driver buffers/m)
})
