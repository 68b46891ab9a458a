import { setImmediate } from 'node:timers/promises'

/** The longest that a test waits for something that sockets or files bring about. */
const DEADLINE_MS = 20_000

/** Waits until `condition` holds, asking again after whatever the event loop has to do. @throws after a deadline. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms in vain for ${what}`)
    await setImmediate()
  }
}
