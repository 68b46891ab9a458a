import { parentPort } from 'node:worker_threads'
import type { ClosurePayload } from '../../src/closure/wire/index.ts'
import { ClosureRebuilder, serializeError } from '../../src/closure/worker/index.ts'

/** Rebuilds a captured function in this thread and answers with what it returns. */
const rebuilder = new ClosureRebuilder({ revivers: { 'test box': (data) => ({ box: data }) } })

interface Request {
  readonly payload: ClosurePayload
  readonly args: readonly unknown[]
}

parentPort!.on('message', async ({ payload, args }: Request) => {
  try {
    const fn = (await rebuilder.rebuild(payload)) as (...args: readonly unknown[]) => unknown
    parentPort!.postMessage({ value: await fn(...args) })
  } catch (error) {
    parentPort!.postMessage({ error: serializeError(error) })
  }
})
