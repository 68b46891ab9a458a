import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startProgram } from '../examples/run-example.ts'
import { codeBlocks, ROOT } from './code-blocks.ts'

const FRAME = /^-{43}\nTime: .*\n-{43}\n(?:\(.*\)\n)+\n/m
const TIME = /^Time: .*$/m

for (const page of ['README.md', 'docs/getting-started.md']) {
  test(`the word count of ${page} runs in a project without a module type and prints what the README says`, async (t) => {
    const program = (await codeBlocks(page)).find(({ code }) => code.includes('socketTextStream'))
    const promised = (await codeBlocks('README.md')).find(({ code }) => FRAME.test(code))
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.write('to be or not to be\n')
    })
    await once(server.listen(0, 'localhost'), 'listening')
    t.after(() => server.close())

    const project = await mkdtemp(join(tmpdir(), 'millstream-word-count-'))
    t.after(() => rm(project, { recursive: true }))
    await mkdir(join(project, 'node_modules'))
    await symlink(ROOT, join(project, 'node_modules/millstream'))
    await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'commonjs' }))
    const { port } = server.address() as AddressInfo
    await writeFile(join(project, 'app.ts'), program!.code.replace('9999', `${port}`))

    const running = startProgram(t, join(project, 'app.ts'))
    const frame = await running.outputMatching(FRAME)
    assert.equal(frame.replace(TIME, ''), promised!.code.replace(TIME, ''))
    assert.deepEqual(await running.ended('SIGINT'), [0, null])
  })
}
