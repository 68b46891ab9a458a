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

/** The codes that errors are made with, and those that a type of codes (`type ArrowErrorCode = …`) lists. */
function codes(source: string): string[] {
  const made = [...source.matchAll(/(?:Error|Exception|super)\(\s*'([A-Z][A-Z_]+)'/g)].map(([, name]) => name!)
  const listed = [...source.matchAll(/type \w+ErrorCode =([^=]*?'[A-Z_]+')\n/g)].flatMap(
    ([, union]) => union!.match(/[A-Z][A-Z_]+/g)!,
  )
  return [...made, ...listed]
}

const SPELLED_IN_PARTS = new Set(['STREAMING_CONTEXT_STARTED'])
