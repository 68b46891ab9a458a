import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { programEnvironment, runProgramIn } from '../examples/run-example.ts'
import { type InstalledCopy, installCopy } from './installed-copy.ts'

const JOB = `import { SparkContext } from 'millstream'
import { triple } from './triple.js'
const sc = new SparkContext('local[2]', 'Job')
class Scaled { constructor(value) { this.value = value } }
const scale = (n) => new Scaled(triple(n))
console.log(await sc.parallelize([1, 2]).map(scale).map((one) => one.value).collect())
await sc.stop()
`
const TRIPLE = `export const triple = (n) => timesThree(n)\nconst timesThree = (n) => n * 3\n`

let installed: InstalledCopy

before(async () => {
  installed = await installCopy({
    // An application that is installed as a package.
    'node_modules/job/package.json': '{"name":"job","type":"module","dependencies":{"millstream":"*"}}',
    'node_modules/job/main.js': JOB,
    'node_modules/job/triple.js': TRIPLE,
    // A package that does not say that its files are ES modules, and does not name this library.
    'node_modules/@org/job/package.json': '{"name":"@org/job"}',
    'node_modules/@org/job/main.js': JOB,
    'node_modules/@org/job/triple.js': TRIPLE,
    // A package that waits, when it is imported, for a job with a function that it exports.
    'node_modules/eager/package.json': '{"name":"eager","type":"module","exports":"./index.js"}',
    'node_modules/eager/index.js': `import { SparkContext } from 'millstream'
export const double = (n) => n * 2
const sc = new SparkContext('local[1]', 'Eager')
export const result = await sc.parallelize([1, 2]).map(double).collect()
await sc.stop()
`,
    'eager.js': `import { result } from 'eager'\nconsole.log(result)\n`,
    'failing-batch.ts': `import { SparkContext, StreamingContext } from 'millstream'
const sc = new SparkContext('local[2]', 'Failing')
const ssc = new StreamingContext(sc, 0.1)
function parse(n: number): number {
  if (n === 2) throw new TypeError('bad record')
  return n
}
ssc.queueStream([[1, 2]]).map((n) => parse(n)).pprint()
await ssc.start()
await ssc.awaitTermination()
`,
    'caught.ts': `import { SparkContext, StreamingContext } from 'millstream'
const sc = new SparkContext('local[2]', 'Failing')
const ssc = new StreamingContext(sc, 0.1)
ssc.queueStream([[1, 2]]).foreachRDD(() => { throw new RangeError('mine') })
await ssc.start()
await ssc.awaitTermination().catch(() => {})
await ssc.stop(true)
`,
    'order.js': `import { SparkContext } from 'millstream'
const sc = new SparkContext('local[2]', 'Order')
for (let round = 0; round < 5; round++) {
  await sc.parallelize([1, 2], 2).foreach((n) => { console.log('task'); process.stdout.write(Buffer.from('piece\\n')) })
  console.log('driver')
}
await sc.parallelize([1], 1).foreach(() => { for (let line = 0; line < 5000; line++) console.log(line) })
await sc.stop()
`,
    // A package that a worker cannot load.
    'node_modules/main-only/package.json': '{"name":"main-only","type":"module","exports":"./index.js"}',
    'node_modules/main-only/index.js': `import { isMainThread } from 'node:worker_threads'
if (!isMainThread) throw new Error('main-only runs on the main thread')
export const double = (n) => n * 2
`,
    'main-only.js': `import { SparkContext } from 'millstream'
import { double } from 'main-only'
const sc = new SparkContext('local[1]', 'MainOnly')
try {
  await sc.parallelize([1]).map((n) => double(n)).collect()
} catch (error) {
  console.log(error.message)
}
await sc.stop()
`,
  })
})

after(() => installed?.[Symbol.asyncDispose]())

const run = (file: string) =>
  runProgramIn({ cwd: installed.project, cli: `${installed.project}/${installed.command}` }, file)

test('the program that runs is the user’s, with its modules, in whichever package it lies', async () => {
  for (const file of ['node_modules/job/main.js', 'node_modules/@org/job/main.js']) {
    assert.deepEqual(await run(file), { code: 0, stdout: '[ 3, 6 ]\n', stderr: '' })
  }
})

test('Node runs a package that is made with this library as a program too', async () => {
  const options = { cwd: installed.project, env: programEnvironment() }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['node_modules/job/main.js'], options)
  assert.deepEqual({ stdout, stderr }, { stdout: '[ 3, 6 ]\n', stderr: '' })
})

test('a module that waits at its top level for a job with its own functions gets the result', async () => {
  assert.deepEqual(await run('eager.js'), { code: 0, stdout: '[ 2, 4 ]\n', stderr: '' })
})

test('a job whose code a worker cannot load fails with the reason', async () => {
  const { code, stdout, stderr } = await run('main-only.js')
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.match(stdout, /Error: main-only runs on the main thread \(collect at main-only\.js:5:/)
})

test('a batch that fails and ends the program shows the user’s error and lines first, once, in at most ten lines', async () => {
  const { code, stdout, stderr } = await run('failing-batch.ts')
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
  const lines = stderr.trimEnd().split('\n')
  assert(lines.length <= 10, stderr)
  assert.equal(lines[0], 'TypeError: bad record')
  assert.match(lines[1]!, /failing-batch\.ts:5:/)
  assert.equal(stderr.match(/bad record/g)?.length, 1)
  assert.match(stderr, /Job aborted due to stage failure/)
  assert.match(stderr, /Error running job streaming job \d+ ms\.0/)
  assert.doesNotMatch(stderr, /node_modules\/millstream|node:internal/)
})

test('a batch that fails is logged where the program goes on', async () => {
  const { code, stderr } = await run('caught.ts')
  assert.equal(code, 0)
  assert.match(
    stderr,
    /ERROR JobScheduler: Error running job streaming job \d+ ms\.0: RangeError: mine\n\s+at .*caught\.ts:4:/,
  )
  assert.equal(stderr.match(/RangeError/g)?.length, 1)
})

test('what tasks print stands before what the driver prints behind them, and none of it is lost', async () => {
  const { code, stdout, stderr } = await run('order.js')
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  for (let round = 0; round < 5; round++) assert.equal(lines[round * 5 + 4], 'driver')
  assert.deepEqual(
    lines.slice(25),
    Array.from({ length: 5000 }, (_, line) => String(line)),
  )
})
