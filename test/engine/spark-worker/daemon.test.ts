import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, test } from 'node:test'
import { done, mapping, records, results } from './answers.ts'
import { commandOf } from './commands.ts'
import { endlessTask } from './endless-task.ts'
import { ScriptedExecutor } from './scripted-executor.ts'

describe('a daemon', () => {
  test('kills no process that is not its own', async () => {
    await using executor = new ScriptedExecutor('unix')
    const connection = await executor.connect()
    executor.kill(process.pid)
    executor.kill(connection.pid)
    await connection.closed()
  })

  test('on TCP serves those who know the secret and no one else', async () => {
    await using executor = new ScriptedExecutor('tcp')
    await assert.rejects(executor.connect('a guess'), /answered err/)
    const connection = await executor.connect()
    const command = await commandOf(mapping((value: number) => value * 2))
    assert.deepEqual(results(await connection.run('4.3', { command }, [records(0, [4])])), { 0: [8] })
  })

  test('ends with its workers when its executor is gone', async () => {
    await using executor = new ScriptedExecutor('unix')
    const connection = await executor.connect()
    const [answer] = await endlessTask(executor, connection)
    executor.daemon.stdin?.end()
    assert.equal(await executor.ended(), 0)
    assert.deepEqual(await answer, { kind: 'gone' })
    assert.deepEqual(fs.readdirSync(executor.directory), [])
  })

  test('that is killed takes its workers along, one in an endless loop too', async () => {
    await using executor = new ScriptedExecutor('unix')
    const connection = await executor.connect()
    const [answer] = await endlessTask(executor, connection)
    executor.daemon.kill('SIGKILL')
    assert.deepEqual(await answer, { kind: 'gone' })
  })

  test('ends on SIGTERM', async () => {
    await using executor = new ScriptedExecutor('unix')
    const connection = await executor.connect()
    executor.daemon.kill('SIGTERM')
    await executor.ended()
    await connection.closed()
  })

  test('ends by itself when it had no connection for a while', async () => {
    await using executor = new ScriptedExecutor('unix', { MILLSTREAM_DAEMON_IDLE_SECONDS: '0.2' })
    const connection = await executor.connect()
    const command = await commandOf(mapping((value) => value))
    done(await connection.run('4.3', { command }, [records(0, [1])]))
    connection.close()
    assert.equal(await executor.ended(), 0)
  })
})
