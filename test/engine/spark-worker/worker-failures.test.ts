import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseErrorText } from '../../../src/engine/spark/error-text.ts'
import type { StageProgram } from '../../../src/task/program.ts'
import { failure, mapping, records, results, smallLimits } from './answers.ts'
import { commandOf } from './commands.ts'
import { endlessTask } from './endless-task.ts'
import { ScriptedExecutor } from './scripted-executor.ts'
import { int } from './wire.ts'

describe('a worker that fails', () => {
  let executor: ScriptedExecutor
  before(() => {
    executor = new ScriptedExecutor('unix')
  })
  after(async () => {
    await executor[Symbol.asyncDispose]()
  })

  test('sends the error of a function with its class, message, stack and cause', async () => {
    const connection = await executor.connect()
    const command = await commandOf(
      mapping((value: number) => {
        class BadRecord extends Error {}
        throw new BadRecord(`record ${value}`, { cause: new TypeError('below') })
      }),
    )
    const answer = await connection.run('4.3', { command }, [records(0, [7])])
    const error = failure(answer)
    assert.equal(error.name, 'BadRecord')
    assert.equal(error.message, 'record 7')
    assert((error.cause as Error) instanceof TypeError)
    assert.match(error.stack ?? '', /worker-failures\.test\.ts/)
    assert.doesNotMatch(error.stack ?? '', /src\/(?:task|engine)\//)
    assert.match((answer as { text: string }).text, /^BadRecord: record 7|^Error: record 7/)
    connection.close()
    await connection.closed()
  })

  test('ends an Arrow stream that was begun before it sends the error', async () => {
    const connection = await executor.connect()
    const limits = smallLimits({ maxBlockBytes: 8 })
    const command = await commandOf(
      mapping((value: number) => {
        if (value === 2) throw new RangeError('two')
        return 'x'.repeat(100)
      }),
      { limits, targets: [0, 1] },
    )
    const answer = await connection.run('4.3', { command }, [records(0, [1]), records(1, [2])])
    assert.equal(failure(answer).message, 'two')
  })

  test('refuses what is no command of this Millstream', async () => {
    for (const [command, text] of [
      [Buffer.from('a pickled Python function'), /functions of Millstream only/],
      [Buffer.from([0x4d, 0x53, 0x54, 0x52, 0x7f, 0xff]), /version 32767 .* another release/],
    ] as const) {
      const connection = await executor.connect()
      const answer = await connection.run('4.3', { command }, [])
      assert.match(failure(answer).message, text)
    }
  })

  test('refuses other kinds of functions and other forms of the protocol', async () => {
    const command = await commandOf(mapping((value) => value))
    const grouped = await executor.connect()
    assert.match(failure(await grouped.run('4.3', { command, evalType: 209 }, [])).message, /kind 209/)
    const unknown = await executor.connect()
    unknown.send(int(-77))
    assert.match(failure(await unknown.answer('4.3')).message, /begins with -77.*4\.1, 4\.2 and 4\.3/)
  })

  test('that ends its process ends no other task', async () => {
    const [leaving, staying] = [await executor.connect(), await executor.connect()]
    assert.notEqual(leaving.pid, staying.pid)
    const exiting = await commandOf(mapping(() => process.exit(3)))
    const answer = await leaving.run('4.3', { command: exiting }, [records(0, [1])])
    assert.match(failure(answer).message, /ended with code 3 while it ran a task: a function called process\.exit/)
    const command = await commandOf(mapping((value: number) => value + 1))
    assert.deepEqual(results(await staying.run('4.3', { command }, [records(0, [1])])), { 0: [2] })
    const next = await executor.connect()
    assert.deepEqual(results(await next.run('4.3', { command }, [records(0, [1])])), { 0: [2] })
  })

  test('says that its process ended in the middle of its output', async () => {
    const connection = await executor.connect()
    const limits = smallLimits({ maxBlockBytes: 8 })
    const program: StageProgram = {
      root: { kind: 'source' },
      sink: {
        kind: 'partition',
        fn: async (records: Iterable<never>) => {
          const [value] = records
          if (value === 2) {
            setImmediate(() => Promise.reject(new Error('nobody waits for this')))
            await new Promise(() => setInterval(() => {}, 1000))
          }
          return 'x'.repeat(100)
        },
      },
    }
    const command = await commandOf(program, { limits, targets: [0, 1] })
    const answer = await connection.run('4.3', { command }, [records(0, [1]), records(1, [2])])
    // The error that no task awaited is the cause: it says more than that the process ended.
    assert.equal(failure(answer).message, 'nobody waits for this')
    await executor.logged('ended with code 1 while it ran a task')
  })

  test('to end is killed by its process id, in an endless loop too', async () => {
    const connection = await executor.connect()
    const [answer] = await endlessTask(executor, connection)
    executor.kill(connection.pid)
    assert.deepEqual(await answer, { kind: 'gone' })
  })
})

test('a worker whose heap is full leaves a report that says so and what to set', async () => {
  await using executor = new ScriptedExecutor('unix', {
    MILLSTREAM_WORKER_HEAP_MIB: '48',
    PYTHON_FAULTHANDLER_DIR: '.',
  })
  const connection = await executor.connect()
  const command = await commandOf(
    mapping((value: number) => {
      const kept: object[] = []
      for (;;) kept.push({ value })
    }),
  )
  assert.deepEqual(await connection.run('4.3', { command }, [records(0, [1])]), { kind: 'gone' })
  const report = fs.readFileSync(path.join(executor.directory, String(connection.pid)), 'utf8')
  assert.match(report, /heap is full, here 48 MiB: give the workers more \(spark\.millstream\.worker\.memory\)/)
  assert.equal(parseErrorText(report)?.name, 'SparkException')
  await executor.logged('heap is full')
})
