import { type FunctionSource, functionSource, functionText } from './function-source.ts'
import { type FunctionInternals, Inspector, type ScopeSnapshot } from './inspector.ts'
import { isStandardGlobal } from './references.ts'
import { isConstant } from './script-scopes.ts'
import { Scripts } from './scripts.ts'

/** Where a function's text stands in its script, zero-based. */
export interface Position {
  readonly url: string
  readonly scriptId: string
  readonly isModule: boolean
  readonly line: number
  readonly column: number
}

/** One outer variable of a function, with the value that the variable had when it was read. */
export interface OuterVariable {
  readonly name: string
  readonly value: unknown
  /** Index into the function's scopes; -1 for a property of the global object, -2 for one whose value is known never to change. */
  readonly scope: number
  /** The identity of a module's variable. */
  readonly moduleVariable: string | undefined
}

/** The outer variables of a function object, with their present values. */
export interface FunctionFacts {
  readonly fn: object
  readonly source: FunctionSource
  readonly position: Position
  readonly variables: readonly OuterVariable[]
  readonly scopes: readonly ScopeSnapshot[]
  readonly internals: FunctionInternals | undefined
}

/** A function's place never changes, so V8 is asked once per function object. */
const positions = new WeakMap<object, Position>()

export function knownPosition(fn: object): Position | undefined {
  return positions.get(fn)
}

/** Facts of functions whose outer variables cannot change any more. */
const constants = new WeakMap<object, FunctionFacts>()
/** Functions looked at before: only for those is it worth finding out which of their variables can change. */
const seen = new WeakSet<object>()

/** Looks at functions whose text is known, asking V8 for all of them at once, and not at all where the answer is known. */
export function functionFacts(functions: readonly { fn: object; source: FunctionSource }[]): FunctionFacts[] {
  const facts = functions.map(({ fn, source }) => constants.get(fn) ?? closedFacts(fn, source))
  const unknown = functions.filter((_, index) => facts[index] === undefined)
  if (unknown.length === 0) return facts as FunctionFacts[]
  const internals = Inspector.shared.inspectFunctions(unknown.map(({ fn }) => fn))
  let next = 0
  return facts.map((known, index) => known ?? factsOf(functions[index]!, internals[next++]!))
}

function closedFacts(fn: object, source: FunctionSource): FunctionFacts | undefined {
  const position = isClosed(source) ? positions.get(fn) : undefined
  return position && { fn, source, position, variables: [], scopes: [], internals: undefined }
}

function factsOf({ fn, source }: { fn: object; source: FunctionSource }, internals: FunctionInternals): FunctionFacts {
  const position = positions.get(fn) ?? locate(source, internals)
  positions.set(fn, position)
  const variables = outerVariables(source, internals.scopes, position)
  const facts = { fn, source, position, variables, scopes: internals.scopes, internals }
  if (seen.has(fn)) keepConstant(facts)
  else seen.add(fn)
  return facts
}

/** Remembers what a function closes over when none of it can change. A class is left out: its static members can. */
function keepConstant({ fn, source, position, variables, internals }: FunctionFacts): void {
  if (source.isClass || !variables.every((one) => isSettled(one, position))) return
  const settled = variables.map((one) => ({ ...one, scope: -2 }))
  const location = internals?.location
  constants.set(fn, {
    fn,
    source,
    position,
    variables: settled,
    scopes: [],
    internals: { location, scopes: [], bound: undefined, privates: [] },
  })
}

/** A variable that has no value yet may still get one. */
function isSettled({ name, value, scope }: OuterVariable, position: Position): boolean {
  return scope >= 0 && value !== undefined && isConstant(position, name)
}

function isClosed(source: FunctionSource): boolean {
  const { free } = source
  return free.names.size === 0 && !free.usesOuterThis && !source.isClass
}

function locate(source: FunctionSource, internals: FunctionInternals): Position {
  const { location } = internals
  if (location === undefined) return { url: '', scriptId: '', isModule: false, line: 0, column: 0 }
  const script = Scripts.shared.byId(location.scriptId)
  const before = source.text.slice(0, source.anchor)
  const breaks = before.split('\n').length - 1
  return {
    url: script?.url ?? '',
    scriptId: location.scriptId,
    isModule: script?.isModule ?? false,
    line: location.lineNumber - breaks,
    column: breaks === 0 ? Math.max(0, location.columnNumber - source.anchor) : 0,
  }
}

function outerVariables(
  source: FunctionSource,
  scopes: readonly ScopeSnapshot[],
  { url, scriptId }: Position,
): OuterVariable[] {
  const variables: OuterVariable[] = []
  for (const name of source.free.names.keys()) {
    const found = lookUp(name, scopes)
    if (found === undefined) continue
    const isModuleLevel = found.scope >= 0 && isModuleScope(scopes[found.scope]!, scopes[found.scope + 1])
    variables.push({ ...found, moduleVariable: isModuleLevel ? `${moduleScopeId(url, scriptId)}#${name}` : undefined })
  }
  return variables
}

const MODULE_NAMES = ['module', 'exports', 'require'] as const

/** Whether a scope is a module's outermost one: an ES module's, or the function that Node wraps around CommonJS. */
export function isModuleScope(scope: ScopeSnapshot, outer: ScopeSnapshot | undefined): boolean {
  if (scope.description === 'Module') return true
  const isOutermost = outer === undefined || outer.description === 'Global' || outer.description === 'Script'
  return isOutermost && MODULE_NAMES.every((name) => Object.hasOwn(scope.object, name))
}

export function moduleScopeId(url: string, scriptId: string): string {
  return `${url} ${scriptId}`
}

function lookUp(name: string, scopes: readonly ScopeSnapshot[]): Omit<OuterVariable, 'moduleVariable'> | undefined {
  for (let index = 0; index < scopes.length; index++) {
    const { description, object } = scopes[index]!
    if (description === 'Global') {
      if (isStandardGlobal(name) || !(name in object)) return undefined
      return { name, value: object[name], scope: -1 }
    }
    if (Object.hasOwn(object, name)) return { name, value: object[name], scope: index }
  }
  return undefined
}

/** The user's position of a function's first word, zero-based, before source maps; `undefined` for native code. */
export function positionOf(fn: object): Position | undefined {
  const known = positions.get(fn)
  if (known !== undefined) return known
  const source = functionSource(functionText(fn))
  if (source === undefined) return undefined
  return functionFacts([{ fn, source }])[0]!.position
}
