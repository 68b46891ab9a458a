import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Receiver } from '../../src/index.ts'
import { StreamingHarness } from '../../src/testing/index.ts'
import { until } from '../model/until.ts'
import { codeBlocks } from './code-blocks.ts'

test('the receiver that docs/receivers.md shows lives on when its connection is reset, and when nobody listens', async () => {
  const blocks = await codeBlocks('docs/receivers.md')
  const { code } = blocks.find((block) => block.code.includes('class Lines'))!
  const connections: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    connections.push(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const directory = await mkdtemp(join(tmpdir(), 'millstream-receiver-'))
  try {
    const module = join(directory, 'lines.mts')
    const program = code
      .replace("connect(9000, 'localhost')", `connect(${port}, '127.0.0.1')`)
      .replace("'millstream'", `'${new URL('../../src/index.ts', import.meta.url).href}'`)
      .replace('class Lines', 'export class Lines')
    await writeFile(module, program)
    const { Lines } = (await import(pathToFileURL(module).href)) as { Lines: new () => Receiver<string> }
    await using harness = new StreamingHarness({ master: 'local[1]' })
    harness.sc.setLogLevel('ERROR')
    const output = harness.collect(harness.ssc.receiverStream(new Lines()))
    await harness.ssc.start()
    const arrives = async (line: string) => {
      await until(async () => {
        await harness.advance()
        return output.records.includes(line)
      }, `the line ${line}`)
    }
    const nextConnection = async (count: number) => {
      await until(async () => {
        await harness.advance()
        return connections.length >= count
      }, `connection ${count}`)
      return connections[count - 1]!
    }
    const first = await nextConnection(1)
    first.write('one\n')
    await arrives('one')
    first.resetAndDestroy()
    const second = await nextConnection(2)
    second.end('two\n')
    await arrives('two')
    const third = await nextConnection(3)
    server.close()
    third.resetAndDestroy()
    for (let i = 0; i < 5; i++) await harness.advance()
    assert.deepEqual(output.records, ['one', 'two'])
  } finally {
    server.close()
    for (const socket of connections) socket.destroy()
    await rm(directory, { recursive: true })
  }
})
