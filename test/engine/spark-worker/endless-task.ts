import { mapping, records } from './answers.ts'
import { commandOf } from './commands.ts'
import type { Answer, Connection, ScriptedExecutor } from './scripted-executor.ts'

/**
 * Starts a task that never ends by itself, and waits until it runs.
 * @returns what its worker answers in the end, within an array lest it is waited for.
 */
export async function endlessTask(executor: ScriptedExecutor, connection: Connection): Promise<[Promise<Answer>]> {
  const command = await commandOf(
    mapping(() => {
      console.log('looping')
      for (;;);
    }),
  )
  const answer = connection.run('4.3', { command }, [records(0, [1])])
  await executor.logged('looping')
  return [answer]
}
