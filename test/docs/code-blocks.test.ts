import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runProgram } from '../examples/run-example.ts'
import { type CodeBlock, programBlocks, ROOT } from './code-blocks.ts'

const TSC = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
const LEFT_OUT = /^\s*\/\/ …\n/m

const blocks = await programBlocks()
/** A user's project, with the package in its node_modules and a file for each block. */
let project = ''

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'millstream-docs-'))
  await mkdir(join(project, 'node_modules'))
  await symlink(ROOT, join(project, 'node_modules/millstream'))
  await symlink(join(ROOT, 'node_modules/@types'), join(project, 'node_modules/@types'))
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
  await writeFile(join(project, 'prelude.ts'), await readFile(join(ROOT, 'test/fixtures/docs/prelude.ts')))
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
  }
  const config = { compilerOptions: { ...compilerOptions, strict: true, noEmit: true, skipLibCheck: true } }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ ...config, include: ['*.ts'] }))
  // A block without imports is a fragment; as a module its names do not meet those of others.
  // An excerpt is checked with the file that it is taken from.
  for (const block of blocks) if (!isExcerpt(block)) await writeFile(fileOf(block), `${block.code}export {}\n`)
})

after(() => rm(project, { recursive: true }))

function isExcerpt({ use }: CodeBlock): boolean {
  return use !== '' && use !== 'run'
}

function fileOf({ place, language }: CodeBlock): string {
  return join(project, `${place.replace(/[^\w]+/g, '-')}.${language}`)
}

test('there are programs in the documentation', () => {
  assert(blocks.length > 20)
  assert(blocks.some(({ use }) => use === 'run'))
})

test('the types of every block in TypeScript are right', async () => {
  const { stdout } = await new Promise<{ stdout: string }>((resolve) => {
    execFile(process.execPath, [TSC, '-p', project, '--pretty', 'false'], (_, stdout) => resolve({ stdout }))
  })
  assert.equal(stdout, '')
})

for (const block of blocks) {
  if (block.use === '') continue
  if (block.use === 'run') {
    test(`the program at ${block.place} prints what the page says`, async () => {
      const { code, stdout, stderr } = await runProgram(fileOf(block))
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      if (block.output !== undefined) assert.equal(stdout, block.output)
    })
  } else {
    test(`the excerpt at ${block.place} stands in ${block.use}`, async () => {
      const source = await readFile(join(ROOT, block.use), 'utf8')
      let from = 0
      for (const part of block.code.split(LEFT_OUT)) {
        const at = source.indexOf(part.trim(), from)
        assert(at >= 0, `${block.use} does not hold, in this order:\n${part}`)
        from = at + part.trim().length
      }
    })
  }
}
