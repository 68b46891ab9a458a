import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { freePort } from '../free-port.ts'
import { type InstalledCopy, installCopy } from '../package/installed-copy.ts'
import { runProgramIn, startProgramIn } from './run-example.ts'

const EXAMPLES = new URL('../../examples/', import.meta.url)

/** The examples run where users have them: in the package's folder in node_modules. */
let installed: InstalledCopy

before(async () => {
  installed = await installCopy()
})

after(() => installed?.[Symbol.asyncDispose]())

/** The programs that a test here has run. */
const tried = new Set<string>()

const place = () => ({ cwd: installed.project, cli: join(installed.project, installed.command) })

function installedExample(file: string): string {
  tried.add(file)
  return `${installed.folder}/examples/${file}`
}

/** What an example prints when all is well; the same text stands in the documentation where an example does. */
async function outputOf(file: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgramIn(place(), installedExample(file), ...args)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, stdout)
  return stdout
}

function startExample(t: TestContext, file: string, ...args: string[]) {
  return startProgramIn(place(), t, installedExample(file), ...args)
}

test('connections: the wrong way is refused with the reason, the right way has one connection per worker', async () => {
  const output = await outputOf('foreach-rdd-connections.ts')
  assert.match(
    output,
    /^The wrong way: cannot ship the function at foreach-rdd-connections\.ts:\d+:\d+ to a worker: it uses 'connection' \(a Socket\), which is a connection of this process; make it on the worker: /,
  )
  const [, connections] = /^The right way: 10 words in 5 batches over (\d+) connections\.$/m.exec(output) ?? []
  // Ten partitions on two workers: a worker that got none has no connection.
  assert(Number(connections) >= 1 && Number(connections) <= 2, output)
})

test('log files: lines come once, over a rotation and a restart', async () => {
  assert.equal(await outputOf('tail-logs.ts'), '{ INFO: 2 }\n{ ERROR: 1, INFO: 1, WARN: 1 }\n{ INFO: 1, WARN: 1 }\n')
})

test('words by SQL: each batch is a table, and is shown as Spark shows it', async () => {
  const output = await outputOf('sql-network-wordcount.ts')
  assert(output.startsWith('+----+-----+\n|word|total|\n+----+-----+\n|  be|    2|\n|  to|    2|\n'), output)
  assert.match(output, /\|question\| +1\|/)
})

test('growing log: each batch reads its own bytes, a half line waits, and a second run goes on behind the first', async () => {
  const output = await outputOf('growing-log.ts')
  // Sources are told beside the batches: only the order of what a batch says itself is fixed.
  const lines = output.split('\n').filter((line) => !line.includes('for good'))
  assert.deepEqual(lines, [
    "batch 1000: [ [ 'GET', 2 ] ]",
    "batch 2000: [ [ 'POST', 1 ] ]",
    "batch 3000: [ [ 'GET', 1 ] ]",
    "batch 4000: [ [ 'GET', 1 ] ]",
    '',
  ])
  assert.match(output, /batch 2000: the first 29 bytes are done for good/)
})

test('custom receiver: what was not acknowledged comes again, and nothing is lost', async () => {
  assert.equal(await outputOf('custom-receiver.ts'), '100 messages in 110 arrivals over 2 connections\n')
})

test('json events: files that appear are added up per country and saved per batch', async () => {
  assert.equal(await outputOf('json-events.ts'), '300 events\n(DE,1200)\n(FR,1200)\n(PL,1200)\n')
})

test('listener dashboard: a line per batch, and at the end the distribution of delays', async () => {
  const output = await outputOf('listener-dashboard.ts')
  const lines = output.split('\n')
  const dashboard = lines.slice(0, 5).map((line) => /^(\d+) batches, (\d+) records; (\d+) \+ (\d+) ms$/.exec(line))
  assert.deepEqual(
    dashboard.map((match) => match?.[1]),
    ['1', '2', '3', '4', '5'],
    output,
  )
  assert(Number(dashboard[4]?.[2]) > 0, output)
  assert.match(output, /^Total delay: \(count: 5, .*\)\n(?:\t\d+%){9}\n(?:\t[\d.]+ \w+){9}\nProcessing time: /m)
})

test('rdd tour: pairs, joins, sorting, aggregation and shared variables', async () => {
  assert.equal(
    await outputOf('rdd-tour.ts'),
    `partitions 4 large [ 7, 8, 9, 10 ]
spent [ [ 'ann', 35 ], [ 'bob', 12 ], [ 'eve', 7 ] ]
per city [ [ 'Oslo', 35 ], [ 'Bonn', 12 ], [ 'elsewhere', 7 ] ]
orders 4 average 13.5
statistics (count: 4, mean: 13.500000, stdev: 9.861541, max: 30.000000, min: 5.000000)
total 13 unknown 1
`,
  )
})

test('running counts: a window forgets, a state does not', async () => {
  assert.equal(
    await outputOf('running-counts.ts'),
    `a: 1 of 1, b: 1 of 1
a: 2 of 2, b: 1 of 1
a: 1 of 2, b: 2 of 3
a: 1 of 3, b: 2 of 3, c: 1 of 1
a: 1 of 3, c: 2 of 2
`,
  )
})

test('streaming regression: points in one folder train the model that predicts those in the other', async () => {
  assert.equal(
    await outputOf('streaming-regression.ts'),
    `expected 3.56, predicted 3.53
expected -0.79, predicted -0.78
expected -4.22, predicted -4.18
weights 2.98 -1.98
`,
  )
})

test('moving clusters: the centres follow their points, and each batch is drawn', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'moving-clusters-'))
  t.after(() => rm(folder, { recursive: true }))
  const own = await outputOf('moving-clusters.ts')
  assert.equal(own.split('\n').length, 9)
  assert.match(own, /^batch 1: centres 80,54 {2}32,74 {2}39,23\n[\s\S]*batch 8: centres 69,73 {2}21,55 {2}60,22\n$/)
  const endless = startExample(t, 'moving-clusters.ts', folder)
  await endless.outputMatching(/batch 2: .*\n/)
  await endless.ended('SIGINT')
  const picture = await readFile(join(folder, 'clusters-2.svg'), 'utf8')
  assert.match(picture, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 100 100"/)
  assert.equal(picture.match(/<circle/g)?.length, 120 + 3)
  assert.equal(picture.match(/<polyline/g)?.length, 3)
})

test('page variants: the more visits, the surer is the difference', async () => {
  assert.equal(
    await outputOf('page-variants.ts'),
    `batch 1: t = 1.55, p = 0.1283, no difference yet
batch 2: t = 2.23, p = 0.0287, the variants differ
batch 3: t = 2.74, p = 0.0071, the variants differ
batch 4: t = 3.14, p = 0.0020, the variants differ
batch 5: t = 3.46, p = 0.0007, the variants differ
batch 6: t = 3.72, p = 0.0003, the variants differ
`,
  )
})

test('recoverable counts: a run that was killed is gone on with', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'recoverable-counts-'))
  const input = join(folder, 'in')
  await mkdir(input)
  t.after(() => rm(folder, { recursive: true }))
  const appear = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    await rename(join(folder, name), join(input, name))
  }
  const start = () => startExample(t, 'recoverable-counts.ts', input, join(folder, 'checkpoints'))

  const first = start()
  await first.outputMatching(/^Watching /)
  await appear('1.txt', 'a b a\n')
  await first.outputMatching(/ a: 2, b: 1\n/)
  await first.ended('SIGKILL')
  const second = start()
  await appear('2.txt', 'b c\n')
  await second.outputMatching(/ a: 2, b: 2, c: 1\n/)
  assert.deepEqual(await second.ended('SIGINT'), [0, null])
})

test('word lengths: plain JavaScript reads the files it is given', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'word-lengths-'))
  t.after(() => rm(folder, { recursive: true }))
  const files = [join(folder, 'a.txt'), join(folder, 'b.txt')]
  await writeFile(files[0]!, 'one two\nthree\n')
  await writeFile(files[1]!, 'two, four!')
  assert.equal(
    await outputOf('word-lengths.js', ...files),
    '5 words, 4 different ones\n 3 letters: 3\n 4 letters: 1\n 5 letters: 1\n',
  )
})

test('network word count: where nobody listens it counts the lines of a server of its own', async (t) => {
  const running = startExample(t, 'network-wordcount.ts', '--port', `${await freePort()}`, '--interval', '0.2')
  await running.outputMatching(/^\('stream', \d+\)$/m)
  assert.deepEqual(await running.ended('SIGINT'), [0, null])
})

test('exactly once: without the package for PostgreSQL it says which one to install', async () => {
  const { code, stderr } = await runProgramIn(place(), installedExample('exactly-once-postgres.ts'))
  assert.equal(code, 1)
  assert.match(stderr, /Cannot find package 'pg'/)
})

test('every example says what it shows and how to run it, and has been run from where it is installed', async () => {
  let programs = 0
  for (const file of await readdir(EXAMPLES)) {
    const text = await readFile(new URL(file, EXAMPLES), 'utf8')
    // What examples share has a comment of one line and is no program.
    if (/^\/\*\* .* \*\/\n/.test(text)) continue
    const [, header = ''] = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(text) ?? []
    assert.match(header, /^ \* [A-Z].*[\s\S]*(?:npm start|npx millstream run examples\/)/, file)
    assert(tried.has(file), `${file} has no test`)
    programs++
  }
  assert(programs >= 7)
})
