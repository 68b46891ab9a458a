import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
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
    /^(?:dist\/.*\.(?:js|js\.map|d\.ts)|docs\/.*\.md|examples\/[^.]*\.(?:ts|mjs|js|json|txt)|[A-Z]+(?:\.md)?|package\.json)$/
  assert.deepEqual(
    files.filter((file) => !allowed.test(file)),
    [],
  )
  assert.deepEqual(
    files.filter((file) => /\.test\.|fixtures|^src\//.test(file)),
    [],
  )
})

test('npx millstream runs a TypeScript program with its own modules and arguments', async () => {
  assertEnded(
    await inProject('npx', '--no', 'millstream', 'run', '--conf', 'spark.app.name=n', 'word-lengths.ts', '--x', '1'),
    'local[2] [{"length":2,"words":60},{"length":3,"words":20},{"length":4,"words":10},{"length":8,"words":10}] --x 1\n',
  )
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

/** The main job as `npm start` runs it, from the installed package. */
function startWordCount(port: number): { child: ChildProcess; output: () => string } {
  const main = 'node_modules/millstream/dist/cli/main.js'
  const app = 'node_modules/millstream/examples/network-wordcount.ts'
  const args = [main, 'run', app, '--port', `${port}`, '--interval', '0.2']
  const child = spawn(process.execPath, args, { cwd: installed.project, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return { child, output: () => output }
}

/** Waits for output; a program that ends before fails with what it said. */
async function until(pattern: RegExp, { child, output }: ReturnType<typeof startWordCount>): Promise<void> {
  while (!pattern.test(output())) {
    assert.equal(child.exitCode, null, output())
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
  }
}

async function stopByInterrupt({ child, output }: ReturnType<typeof startWordCount>): Promise<void> {
  child.kill('SIGINT')
  const [code, signal] = await once(child, 'close')
  assert.deepEqual([code, signal], [0, null], output())
}

test('the main job counts what another server sends and ends cleanly on Ctrl-C', { timeout: 60_000 }, async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write('to be or not to be\n')
  })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const job = startWordCount(port)
  t.after(() => job.child.kill('SIGKILL'))
  const frame = /^-{43}\nTime: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\n-{43}\n(?:\('\w+', \d\)\n){4}\n/m
  await until(frame, job)
  const [counts = ''] = frame.exec(job.output()) ?? []
  const lines = counts.trim().split('\n').slice(3).sort()
  assert.deepEqual(lines, ["('be', 2)", "('not', 1)", "('or', 1)", "('to', 2)"])
  assert.match(job.output(), new RegExp(`Counting the words that 127.0.0.1:${port} sends`))
  await stopByInterrupt(job)
})

test('the main job feeds itself where nobody listens and says so', { timeout: 60_000 }, async (t) => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const job = startWordCount(port)
  t.after(() => job.child.kill('SIGKILL'))
  await until(/\('the', \d+\)\n/, job)
  assert.match(job.output(), new RegExp(`^Nobody listens on 127.0.0.1:${port}: a small server .*\n`))
  await stopByInterrupt(job)
})
