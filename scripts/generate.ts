/** Generates src/connect/gen/ from the .proto files beside it: `npm run generate`. The result is committed; who installs needs no compiler. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const connect = fileURLToPath(new URL('../src/connect', import.meta.url))
const TOOLS = ['@bufbuild/buf@1.75.0', '@bufbuild/protoc-gen-es@2.17.0']

const work = mkdtempSync(join(tmpdir(), 'millstream-generate-'))
try {
  const template = join(work, 'buf.gen.yaml')
  const plugin = `  - local: protoc-gen-es\n    out: ${join(connect, 'gen')}\n    opt: target=ts,import_extension=ts\n`
  writeFileSync(template, `version: v2\nplugins:\n${plugin}`)
  const packages = TOOLS.flatMap((tool) => ['--package', tool])
  const args = [
    '--yes',
    '--no-engine-strict',
    ...packages,
    'buf',
    'generate',
    join(connect, 'proto'),
    '--template',
    template,
  ]
  process.exitCode = spawnSync('npx', args, { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
