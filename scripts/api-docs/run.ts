/**
 * Makes the reference of the public API with TypeDoc, from the doc comments of what the package exports.
 *
 * ```
 * npm run docs:api              writes docs/api/index.html and the pages that it leads to
 * npm run docs:api -- --check   writes nothing; fails when a public member has no documentation or a link leads nowhere
 * ```
 *
 * docs/api/ is not committed: it is five megabytes that change with every commit. TypeDoc does not run on TypeScript 7, so this folder is a
 * workspace with TypeDoc and the TypeScript that it needs; the types themselves are checked by `npm run typecheck`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const folder = dirname(fileURLToPath(import.meta.url))
const typedoc = join(dirname(createRequire(import.meta.url).resolve('typedoc/package.json')), 'bin/typedoc')
const args = [typedoc, '--options', join(folder, 'typedoc.json')]

if (values.check) {
  // TypeDoc validates only what it also writes.
  const out = mkdtempSync(join(tmpdir(), 'millstream-api-'))
  process.once('exit', () => rmSync(out, { recursive: true, force: true }))
  args.push('--out', out)
}
process.exitCode = spawnSync(process.execPath, args, { cwd: folder, stdio: 'inherit' }).status ?? 1
