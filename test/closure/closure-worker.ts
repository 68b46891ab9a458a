import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { captureClosures, reviveError } from '../../src/closure/driver/index.ts'
import type { SerializedError } from '../../src/closure/wire/index.ts'

const LOADER = JSON.stringify(import.meta.resolve('tsx/esm/api'))
const ENTRY = JSON.stringify(new URL('./worker.ts', import.meta.url).href)
const START = `import(${LOADER}).then((tsx) => { tsx.register(); return import(${ENTRY}) })`

type Answer = { readonly value: unknown } | { readonly error: SerializedError }

/** A thread of its own that captured functions are sent to. */
export class ClosureWorker implements AsyncDisposable {
  readonly #worker = new Worker(START, { eval: true })

  /** Captures the function now, calls it in the worker, and gives what it returns or throws what it throws. */
  async call<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const payload = await captureClosures(fn)
    this.#worker.postMessage({ payload, args })
    const [answer] = (await once(this.#worker, 'message')) as [Answer]
    if ('error' in answer) throw reviveError(answer.error)
    return answer.value as Awaited<R>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}
