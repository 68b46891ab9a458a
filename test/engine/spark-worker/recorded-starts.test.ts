import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { rowStream } from '../../../src/engine/spark/rows/row-batch-writer.ts'
import { ByteInput } from '../../../src/engine/spark/worker/protocol/byte-input.ts'
import { nextTaskStart } from '../../../src/engine/spark/worker/protocol/read-start.ts'
import type { WireForm } from '../../../src/engine/spark/worker/protocol/task-start.ts'
import { mapping, records, results } from './answers.ts'
import { commandOf } from './commands.ts'
// What executors of these releases sent before a task's data, up to the command and behind it; names of folders and accounts are masked by
// others of equal length. Spark 4.3's mark and length in front are left out.
import recorded from './recorded-starts.json' with { type: 'json' }
import { ScriptedExecutor } from './scripted-executor.ts'
import { bytes, int } from './wire.ts'

type Recorded = (typeof recorded)['4.3']

/** The recorded start with another command in it. */
function startOf(wire: WireForm, { before, after }: Recorded, command: Uint8Array): Buffer {
  const start = Buffer.concat([Buffer.from(before, 'base64'), bytes(command), Buffer.from(after, 'base64')])
  return wire === '4.3' ? Buffer.concat([int(-8), int(start.length), start]) : start
}

for (const [wire, given] of Object.entries(recorded) as [WireForm, Recorded][]) {
  describe(`an executor of Spark ${given.spark}`, () => {
    test('sends what is read to its last byte', async () => {
      const start = startOf(wire, given, Buffer.from('the command'))
      const input = new ByteInput(Readable.from([start, Buffer.from('data')], { objectMode: false }))
      const { command, ...read } = (await nextTaskStart(input)) ?? assert.fail()
      assert.equal(command.toString(), 'the command')
      const { partition, attemptNumber, taskAttemptId, filesDir } = given
      assert.deepEqual(read, { wire, partition, attemptNumber, taskAttemptId, filesDir })
      assert.equal((await input.read(4)).toString(), 'data')
    })

    test('has its tasks run by a worker, one after another', async () => {
      await using executor = new ScriptedExecutor('unix')
      const connection = await executor.connect()
      const command = await commandOf(mapping((value: number) => value * 2))
      for (const value of [1, 2]) {
        connection.send(
          Buffer.concat([startOf(wire, given, command), rowStream([records(0, [value])], 'struct'), int(-4)]),
        )
        assert.deepEqual(results(await connection.answer(wire)), { 0: [value * 2] })
      }
    })
  })
}
