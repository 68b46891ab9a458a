import type { NameUse } from './free-names.ts'
import { type FunctionFacts, moduleScopeId, type OuterVariable } from './function-facts.ts'
import { importedVariable } from './module-bindings.ts'
import { ScopeIdentity } from './scope-identity.ts'

/** How a variable is assigned: only where it has no value yet, or anyhow. */
export type Assignment = 'lazily' | 'freely'

/** Scopes of functions come and go with calls, so of their variables those are remembered that were met last. */
const MAX_KNOWN = 20_000

/** The shared variables met so far: who they are, and which of their driver values workers have been given. */
export class Cells {
  readonly #scopes = new ScopeIdentity()
  readonly #versions = new Map<string, { digest: string; version: number }>()
  readonly #assigned = new Map<string, Assignment>()
  /** Names of variables that are assigned somewhere: most variables need no further look. */
  readonly #assignedNames = new Set<string>()
  #lastVersion = 0

  /** The same for every function that sees the same variable, across captures. */
  identify(facts: FunctionFacts, outer: OuterVariable): string {
    if (facts.scopes[outer.scope]!.description === 'Module' && !isWritten(facts, outer)) {
      // An import cannot be assigned, so only names that the function leaves alone can be imports.
      const { scriptId, url } = facts.position
      const imported = importedVariable(scriptId, url, outer.name)
      if (imported !== undefined) return `${moduleScopeId(imported.url, imported.scriptId)}#${imported.name}`
    }
    return `${this.#scopes.of(facts, outer.scope)}#${outer.name}`
  }

  /** Notes what a captured function assigns; tells whether anything of it is new. */
  noteAssignments(facts: FunctionFacts): boolean {
    let isNew = false
    for (const outer of facts.variables) {
      if (outer.scope < 0 || !isWritten(facts, outer)) continue
      const id = this.identify(facts, outer)
      const isLazy = usesOf(facts, outer).every((use) => !use.write || use.lazy)
      const known = this.#assigned.get(id)
      if (known === undefined) isNew = true
      setLast(this.#assigned, id, known === 'freely' || !isLazy ? 'freely' : 'lazily')
      this.#assignedNames.add(outer.name)
    }
    return isNew
  }

  /** The identity of a variable that some captured function assigns; `undefined` for one that none does. */
  sharedVariable(facts: FunctionFacts, outer: OuterVariable): string | undefined {
    if (outer.scope < 0) return undefined
    const isImport = facts.scopes[outer.scope]!.description === 'Module'
    if (!isImport && !this.#assignedNames.has(outer.name)) return undefined
    if (this.#assigned.size === 0) return undefined
    const id = this.identify(facts, outer)
    const assignment = this.#assigned.get(id)
    if (assignment === undefined) return undefined
    setLast(this.#assigned, id, assignment)
    return id
  }

  assignmentOf(id: string): Assignment | undefined {
    return this.#assigned.get(id)
  }

  /** Another number when the driver's value is another than at the last capture. */
  version(id: string, digest: string): number {
    const last = this.#versions.get(id)
    const version = last?.digest === digest ? last.version : ++this.#lastVersion
    setLast(this.#versions, id, { digest, version })
    return version
  }
}

function usesOf(facts: FunctionFacts, { name }: OuterVariable): readonly NameUse[] {
  return facts.source.free.names.get(name)!.uses
}

function isWritten(facts: FunctionFacts, outer: OuterVariable): boolean {
  return usesOf(facts, outer).some((use) => use.write)
}

/** Sets an entry, which is the one that was used last then; where they are too many, the one goes that was not used for the longest time. */
function setLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  if (map.size >= MAX_KNOWN) map.delete(map.keys().next().value as string)
  map.set(key, value)
}
