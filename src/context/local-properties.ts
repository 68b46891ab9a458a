import { AsyncLocalStorage } from 'node:async_hooks'

type Properties = ReadonlyMap<string, string>

/**
 * Spark's local properties. Spark keeps them per thread and hands them to threads started from it; here they follow the flow of calls and
 * awaits: what a flow sets holds for what it calls and awaits from then on, and flows that run at the same time keep their own.
 */
export class LocalProperties {
  readonly #storage = new AsyncLocalStorage<Properties>()

  get(key: string): string | null {
    return this.#storage.getStore()?.get(key) ?? null
  }

  /** Sets a property, or with null removes it. */
  set(key: string, value: string | null): void {
    const properties = new Map(this.#storage.getStore())
    if (value === null) properties.delete(key)
    else properties.set(key, value)
    this.#storage.enterWith(properties)
  }

  all(): Readonly<Record<string, string>> {
    const properties = this.#storage.getStore()
    return properties === undefined ? NOTHING : Object.fromEntries(properties)
  }

  /** Runs `body` with these properties and no others, and what it sets kept inside. */
  runWith<R>(properties: Readonly<Record<string, string>>, body: () => R): R {
    return this.#storage.run(new Map(Object.entries(properties)), body)
  }
}

const NOTHING: Readonly<Record<string, string>> = Object.freeze({})
