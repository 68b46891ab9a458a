import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordCodec } from '../../../src/task/codec/index.ts'
import type { StageProgram } from '../../../src/task/program.ts'
import { commandOf, row } from './commands.ts'
import { ScriptedExecutor } from './scripted-executor.ts'

const codec = new RecordCodec()

function mapping(fn: (value: never) => unknown): StageProgram {
  return { root: { kind: 'narrow', input: { kind: 'source' }, op: { kind: 'map', fn } }, sink: { kind: 'collect' } }
}

for (const kind of ['tcp', 'unix'] as const) {
  test(`a function runs over the records of a task through a ${kind} socket`, async () => {
    await using executor = new ScriptedExecutor(kind)
    const connection = await executor.connect()
    const factor = 10
    const command = await commandOf(mapping((value: number) => value * factor))
    const answer = await connection.run('4.3', { command }, [row(0, 0, 0, 0, codec.encode([1, 2, 3]))])
    assert.equal(answer.kind, 'done', executor.log)
    assert(answer.kind === 'done')
    assert.deepEqual(
      answer.rows.flatMap(({ block }) => codec.decode(block)),
      [10, 20, 30],
    )
    assert.equal(answer.reuse, -4)
  })
}
