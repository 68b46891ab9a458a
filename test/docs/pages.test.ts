import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { pages, ROOT } from './code-blocks.ts'

/** What the package is made of, tests left out. */
async function sources(): Promise<string> {
  const files = await readdir(join(ROOT, 'src'), { recursive: true })
  const wanted = files.filter((file) => /\.ts$/.test(file) && !/\.test\.ts$/.test(file))
  return (await Promise.all(wanted.map((file) => readFile(join(ROOT, 'src', file), 'utf8')))).join('\n')
}

test('links between pages lead somewhere', async () => {
  for (const page of await pages()) {
    const text = await readFile(join(ROOT, page), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue
      assert(existsSync(join(ROOT, dirname(page), target)), `${page} links to ${target}`)
    }
  }
})

test('docs/settings.md has every setting that the code reads, and no other', async () => {
  const page = await readFile(join(ROOT, 'docs/settings.md'), 'utf8')
  const code = await sources()
  const documented = new Set([...page.matchAll(/^\| `((?:spark|millstream)\.[\w.]+)`/gm)].map(([, key]) => key!))
  const read = [...code.matchAll(/'((?:spark|millstream)\.[\w.]+)'/g)].map(([, key]) => key!)
  const missing = read.filter((key) => !documented.has(key) && !INTERNAL.has(key) && !SERVERS.test(key))
  assert.deepEqual([...new Set(missing)], [])
  // Some keys are put together from a prefix and a name.
  const unread = [...documented].filter(
    (key) => !code.includes(`'${key}'`) && !code.includes(`'${key.split('.').at(-1)}'`),
  )
  assert.deepEqual(unread, [])
})

test('docs/spark.md and docs/settings.md say the same of the settings of the engine on Spark', async () => {
  const [rows, others] = await Promise.all(
    ['docs/spark.md', 'docs/settings.md'].map(async (page) =>
      (await readFile(join(ROOT, page), 'utf8')).match(/^\| `spark\.millstream\..*$/gm),
    ),
  )
  assert.deepEqual(rows, others)
})

test('docs/errors.md has every code that the package gives, and no other', async () => {
  const page = await readFile(join(ROOT, 'docs/errors.md'), 'utf8')
  const code = await sources()
  const cells = [...page.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \|/gm)].map(([, cell]) => cell!)
  const documented = new Set(cells.flatMap((cell) => cell.match(/[A-Z_]+/g)!))
  const given = codes(code)
  assert.deepEqual(
    [...new Set(given)].filter((name) => !documented.has(name)),
    [],
  )
  const unknown = [...documented].filter((name) => !codes(code).includes(name) && !SPELLED_IN_PARTS.has(name))
  assert.deepEqual(unknown, [])
})

function codes(source: string): string[] {
  return [...source.matchAll(/(?:Error|Exception|super)\(\s*'([A-Z][A-Z_]+)'/g)].map(([, name]) => name!)
}

/** Settings of a Spark Connect session, which the engine sets there itself. */
const SERVERS = /^spark\.(?:sql|connect)\./

/** Local properties and symbols, which share the prefix of settings. */
const INTERNAL = new Set([
  'spark.app.id',
  'spark.app.startTime',
  'spark.job.description',
  'spark.job.interruptOnCancel',
  'spark.job.tags',
  'spark.jobGroup.id',
  'spark.streaming.internal.batchTime',
  'spark.streaming.internal.outputOpId',
  'millstream.inspected',
  'millstream.internal.postgresBatch',
  'millstream.refuse',
  'millstream.ship',
])

const SPELLED_IN_PARTS = new Set(['STREAMING_CONTEXT_STARTED'])
