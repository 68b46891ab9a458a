import { type FunctionFacts, moduleScopeId, type OuterVariable } from './function-facts.ts'
import { importedVariable } from './module-bindings.ts'
import { ScopeIdentity } from './scope-identity.ts'

/** The shared variables met so far: who they are, and which of their driver values workers have been given. */
export class Cells {
  readonly #scopes = new ScopeIdentity()
  readonly #versions = new Map<string, { digest: string; version: number }>()

  /** The same for every function that sees the same variable, across captures. */
  identify(facts: FunctionFacts, outer: OuterVariable): string {
    if (facts.scopes[outer.scope]!.description === 'Module') {
      const { scriptId, url } = facts.position
      const imported = this.#mayBeImported(facts, outer) ? importedVariable(scriptId, url, outer.name) : undefined
      if (imported !== undefined) return `${moduleScopeId(imported.url, imported.scriptId)}#${imported.name}`
    }
    return `${this.#scopes.of(facts, outer.scope)}#${outer.name}`
  }

  /** An import cannot be assigned, so a module has to be parsed only for names that the function leaves alone. */
  #mayBeImported(facts: FunctionFacts, outer: OuterVariable): boolean {
    return !facts.source.free.names.get(outer.name)!.uses.some((use) => use.write)
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
