import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { settingsPage } from '../../scripts/settings-page.ts'
import { SETTING_THEMES, SETTINGS } from '../../src/settings/registry.ts'
import { pages, ROOT } from './code-blocks.ts'

const ROW = /^\| `((?:spark|millstream)\.[\w.]+)`/gm

function readPage(page: string): Promise<string> {
  return readFile(join(ROOT, page), 'utf8')
}

test('docs/settings.md has every setting as it is defined, and no other: `npm run docs:settings` writes it', async () => {
  const page = await readPage('docs/settings.md')
  assert.equal(page, settingsPage(page))
  const documented = [...page.matchAll(ROW)].map(([, key]) => key!)
  assert.deepEqual(documented.sort(), SETTINGS.map(({ key }) => key).sort())
})

test('a row that is missing, misstated or made up is found', async () => {
  const page = await readPage('docs/settings.md')
  const row = /^\| `spark\.streaming\.blockInterval` .*\n/m
  const changed = [
    page.replace(row, ''),
    page.replace(row, (line) => line.replace('200ms', '300ms')),
    page.replace(row, (line) => line.replace('milliseconds', 'seconds')),
    page.replace(row, (line) => line.replace('blockInterval', 'blockIntervals')),
    page.replace(row, (line) => line + line),
  ]
  for (const text of changed) {
    assert.notEqual(text, page)
    assert.equal(settingsPage(text), page)
  }
})

test('a page without a place for a theme is refused', () => {
  assert.throws(() => settingsPage('# Settings'), { message: new RegExp(SETTING_THEMES[0]!.title) })
})

test('no page speaks of a setting of streaming or of Millstream that does not exist', async () => {
  const known = new Set(SETTINGS.flatMap(({ key, olderKeys }) => [key, ...olderKeys]))
  for (const page of await pages()) {
    const text = await readPage(page)
    const named = text.matchAll(
      /`((?:spark\.streaming|spark\.millstream|millstream\.streaming)\.[\w.]*\w)(?:=[^`]*)?`/g,
    )
    for (const [, key] of named) {
      // A beginning of settings' names is said as `spark.streaming.`.
      const isBeginning = [...known].some((setting) => setting.startsWith(`${key}.`))
      assert(known.has(key!) || isBeginning, `${page} speaks of ${key}`)
    }
  }
})
