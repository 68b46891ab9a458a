import { type FunctionFacts, isModuleScope, knownPosition, moduleScopeId, type Position } from './function-facts.ts'
import { Inspector } from './inspector.ts'
import { isConstant, isMadeOncePerVariable } from './script-scopes.ts'

/** Scopes of one place in the program that are remembered. Most are those of calls that are over. */
const MAX_SCOPES = 1000
/** Of the scopes in which each function was captured once: so many of the newest stay in memory, until it is known whether a loop makes more in them. */
const MAX_HELD_ONCE = 16
/** Scopes of one place in which a loop makes functions: so many, those captured from last, stay in memory. */
const MAX_HELD_LOOPS = 64
/** To look into a function takes a tenth of a millisecond: of many scopes that could be the one, so many of the newest are compared. */
const MAX_COMPARED = 64

/** One scope, known by the functions that were found in it. */
interface KnownScope {
  readonly id: string
  /** The function captured in it last; held in memory, and its scope with it, by `witness`. */
  last: WeakRef<FunctionFacts['fn']>
  witness: FunctionFacts['fn'] | null
  /** Where the functions captured in it stand in the script. */
  readonly positions: Set<string>
  /** Values of those variables that cannot change, objects weakly: most scopes of a place are told apart by these alone. */
  readonly constants: ReadonlyMap<string, unknown>
  /** Scopes within it. */
  readonly places: Map<string, ScopePlace>
}

/** A place in the program that makes scopes, one for each call of a function or each turn of a loop. */
interface ScopePlace {
  /** The scope that a function was captured in last stands at the end. */
  readonly scopes: KnownScope[]
  /** Those with a witness, in which each function was captured once. */
  readonly heldOnce: KnownScope[]
  /** Those with a witness, in which one function of the program was captured again and again. */
  readonly heldLoops: KnownScope[]
}

/**
 * Tells whether two functions share a scope, which V8 does not say.
 *
 * A module's scope exists once per script. A scope inside of a function exists once per call: two functions share it when they stand in the
 * same script, under the same parent scope, and every variable of it has the same value seen from both. Two copies of one function share a scope
 * only where a loop or another function between the variable and the copies makes more than one of them. So two calls whose variables are all
 * equal can be taken for one; the functions already known keep their scopes.
 *
 * What is remembered of a place is bounded, and looked up at the same cost however often the place made a scope. A scope in which a loop makes
 * functions is kept in memory, so that the next function finds it whatever the garbage collector does with the last one.
 */
export class ScopeIdentity {
  /** Per function object: the ids of its scopes, outermost last. */
  readonly #known = new WeakMap<object, readonly string[]>()
  /** Scopes of modules and of the global object, of which a program has a number that does not grow. */
  readonly #outermost = new Map<string, Map<string, ScopePlace>>()
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
    const { scopes, position } = facts
    const { url, scriptId } = position
    const script = url.startsWith('file:') ? url : `script ${scriptId}`
    const ids: string[] = new Array(scopes.length)
    let places = this.#placesOf(script)
    for (let index = scopes.length - 1; index >= 0; index--) {
      const scope = scopes[index]!
      if (scope.description === 'Global' || scope.description === 'Script') {
        ids[index] = scope.description
      } else if (isModuleScope(scope, scopes[index + 1])) {
        ids[index] = moduleScopeId(url, scriptId)
        places = this.#placesOf(ids[index]!)
      } else {
        const found = this.#scope(placeIn(places, facts, index), facts, index, script)
        ids[index] = found.id
        places = found.places
      }
    }
    return ids
  }

  #placesOf(outermost: string): Map<string, ScopePlace> {
    let places = this.#outermost.get(outermost)
    if (places === undefined) {
      places = new Map()
      this.#outermost.set(outermost, places)
    }
    return places
  }

  #scope(place: ScopePlace, facts: FunctionFacts, index: number, script: string): KnownScope {
    const position = positionKey(facts.position)
    const found = findShared(place.scopes, facts, index)
    if (found !== undefined) {
      moveToEnd(place.scopes, found)
      hold(place, found, facts.fn, found.positions.has(position))
      found.positions.add(position)
      return found
    }
    const created: KnownScope = {
      id: `${script} scope ${++this.#count}`,
      last: new WeakRef(facts.fn),
      witness: null,
      positions: new Set([position]),
      constants: constantsOf(facts, index),
      places: new Map(),
    }
    place.scopes.push(created)
    if (place.scopes.length > MAX_SCOPES) forgetOldest(place)
    hold(place, created, facts.fn, false)
    return created
  }
}

function placeIn(places: Map<string, ScopePlace>, { scopes }: FunctionFacts, index: number): ScopePlace {
  const { description, object } = scopes[index]!
  const signature = `${description}|${Object.keys(object).join()}`
  let place = places.get(signature)
  if (place === undefined) {
    place = { scopes: [], heldOnce: [], heldLoops: [] }
    places.set(signature, place)
  }
  return place
}

/** Keeps a scope in memory by a function that stands in it, and lets go of the one that was kept for the longest time without being met. */
function hold(place: ScopePlace, scope: KnownScope, fn: FunctionFacts['fn'], isMetAgain: boolean): void {
  scope.last = new WeakRef(fn)
  scope.witness = fn
  const isLoop = isMetAgain || place.heldLoops.includes(scope)
  if (isLoop) remove(place.heldOnce, scope)
  const held = isLoop ? place.heldLoops : place.heldOnce
  moveToEnd(held, scope)
  if (held.length > (isLoop ? MAX_HELD_LOOPS : MAX_HELD_ONCE)) held.shift()!.witness = null
}

/** Forgets a scope whose functions are gone, or else the one that was met the longest time ago. */
function forgetOldest({ scopes, heldOnce, heldLoops }: ScopePlace): void {
  const gone = scopes.findIndex(({ last }) => last.deref() === undefined)
  const [scope] = scopes.splice(Math.max(0, gone), 1)
  remove(heldOnce, scope!)
  remove(heldLoops, scope!)
}

function moveToEnd(scopes: KnownScope[], scope: KnownScope): void {
  if (scopes.at(-1) === scope) return
  remove(scopes, scope)
  scopes.push(scope)
}

function remove(scopes: KnownScope[], scope: KnownScope): void {
  const at = scopes.lastIndexOf(scope)
  if (at >= 0) scopes.splice(at, 1)
}

/** The scope among those of a place that a function stands in. */
function findShared(scopes: readonly KnownScope[], facts: FunctionFacts, index: number): KnownScope | undefined {
  const possible: { readonly scope: KnownScope; readonly fn: FunctionFacts['fn'] }[] = []
  const isOnly = index === 0 ? isMadeOnce(facts) : false
  for (let at = scopes.length - 1; at >= 0 && possible.length < MAX_COMPARED; at--) {
    const scope = scopes[at]!
    if (isOnly === true && scope.positions.has(positionKey(facts.position))) continue
    const fn = scope.last.deref()
    if (fn === undefined || !hasConstants(scope, facts, index)) continue
    if (isOnly === undefined && isTwin(fn, facts)) continue
    possible.push({ scope, fn })
  }
  if (possible.length === 0) return undefined
  // Of scopes that look the same, functions are captured in the order in which the scopes were met.
  possible.reverse()
  const ours = facts.scopes[index]!.object
  const names = Object.keys(ours)
  const looked = Inspector.shared.inspectFunctions(possible.map(({ fn }) => fn))
  const at = looked.findIndex(({ scopes }) => {
    const theirs = scopes.at(index - facts.scopes.length)?.object
    return theirs !== undefined && names.every((name) => Object.is(ours[name], theirs[name]))
  })
  return possible[at]?.scope
}

/** Whether the innermost scope of a function holds no second copy of it; `undefined` where the script does not tell. */
function isMadeOnce({ variables, position }: FunctionFacts): boolean | undefined {
  const variable = variables.find(({ scope }) => scope === 0)
  return variable === undefined ? undefined : isMadeOncePerVariable(position, variable.name)
}

function isTwin(fn: FunctionFacts['fn'], facts: FunctionFacts): boolean {
  const other = knownPosition(fn)
  return fn !== facts.fn && other !== undefined && positionKey(other) === positionKey(facts.position)
}

function positionKey({ line, column }: Position): string {
  return `${line}:${column}`
}

function constantsOf({ scopes, position }: FunctionFacts, index: number): Map<string, unknown> {
  const constants = new Map<string, unknown>()
  for (const [name, value] of Object.entries(scopes[index]!.object)) {
    if (value === undefined || !isConstant(position, name)) continue
    constants.set(name, isObject(value) ? new WeakRef(value) : value)
  }
  return constants
}

function hasConstants({ constants }: KnownScope, { scopes }: FunctionFacts, index: number): boolean {
  const { object } = scopes[index]!
  for (const [name, value] of constants) {
    if (!Object.is(object[name], value instanceof WeakRef ? value.deref() : value)) return false
  }
  return true
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
