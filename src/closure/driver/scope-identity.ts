import { type FunctionFacts, isModuleScope, knownPosition, moduleScopeId } from './function-facts.ts'
import { Inspector } from './inspector.ts'

/** One scope as far as it is known: the functions found to stand in it. */
interface KnownScope {
  readonly id: string
  readonly members: WeakRef<FunctionFacts['fn']>[]
}

/**
 * Tells whether two functions share a scope, which V8 does not say.
 *
 * A module's scope exists once per script. A scope inside of a function exists once per call: two functions share it when they stand in the
 * same script, under the same parent scope, every variable of it has the same value seen from both, and they are not two copies of
 * one function made in it directly. So two calls whose variables are all equal can be taken for one when different inner functions of
 * theirs are captured out of order; the functions already known keep their scopes.
 */
export class ScopeIdentity {
  /** Per function object: the ids of its scopes, outermost last. */
  readonly #known = new WeakMap<object, readonly string[]>()
  readonly #bySignature = new Map<string, KnownScope[]>()
  #count = 0

  of(facts: FunctionFacts, index: number): string {
    let ids = this.#known.get(facts.fn)
    if (ids === undefined) {
      ids = this.#identify(facts)
      this.#known.set(facts.fn, ids)
    }
    return ids[index]!
  }

  #identify(facts: FunctionFacts): string[] {
    const { scopes } = facts
    const ids: string[] = new Array(scopes.length)
    let parent = ''
    for (let index = scopes.length - 1; index >= 0; index--) {
      parent = ids[index] = this.#identifyOne(facts, index, parent)
    }
    return ids
  }

  #identifyOne(facts: FunctionFacts, index: number, parent: string): string {
    const scope = facts.scopes[index]!
    if (scope.description === 'Global' || scope.description === 'Script') return scope.description
    const { url, scriptId } = facts.position
    const script = url.startsWith('file:') ? url : `script ${scriptId}`
    if (isModuleScope(scope, facts.scopes[index + 1])) return moduleScopeId(url, scriptId)
    const signature = `${parent}|${script}|${scope.description}|${Object.keys(scope.object).join()}`
    let candidates = this.#bySignature.get(signature)
    if (candidates === undefined) {
      candidates = []
      this.#bySignature.set(signature, candidates)
    }
    for (const candidate of candidates) {
      if (!isShared(candidate, facts, index)) continue
      candidate.members.push(new WeakRef(facts.fn))
      return candidate.id
    }
    const created = { id: `${script} scope ${++this.#count}`, members: [new WeakRef(facts.fn)] }
    candidates.push(created)
    return created.id
  }
}

function isShared(candidate: KnownScope, facts: FunctionFacts, index: number): boolean {
  const members = candidate.members.map((member) => member.deref()).filter((fn) => fn !== undefined)
  const position = facts.position
  if (index === 0) {
    const isTwin = members.some((fn) => {
      const other = knownPosition(fn)
      return fn !== facts.fn && other?.line === position.line && other.column === position.column
    })
    if (isTwin) return false
  }
  const fn = members.at(-1)
  if (fn === undefined) return false
  const { scopes } = Inspector.shared.inspectFunctions([fn])[0]!
  const theirs = scopes.at(index - facts.scopes.length)?.object
  if (theirs === undefined) return false
  const ours = facts.scopes[index]!.object
  return Object.keys(ours).every((name) => Object.is(ours[name], theirs[name]))
}
