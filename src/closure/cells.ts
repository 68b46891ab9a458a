import type { FunctionFacts, OuterVariable } from './function-facts.ts'
import { ScopeIdentity } from './scope-identity.ts'

/** The shared variables met so far: who they are, and which of their driver values workers have been given. */
export class Cells {
  readonly #scopes = new ScopeIdentity()
  readonly #versions = new Map<string, { digest: string; version: number }>()

  /** The same for every function that sees the same variable, across captures. */
  identify(facts: FunctionFacts, outer: OuterVariable): string {
    return `${this.#scopes.of(facts, outer.scope)}#${outer.name}`
  }

  /** Counts up when the driver's value is another than at the last capture. */
  version(id: string, digest: string): number {
    const last = this.#versions.get(id)
    if (last !== undefined && last.digest === digest) return last.version
    const version = (last?.version ?? 0) + 1
    this.#versions.set(id, { digest, version })
    return version
  }
}
