import { type Declaration, type Declarations, findDeclarations } from './free-names.ts'
import { importedVariable } from './module-bindings.ts'
import { Scripts } from './scripts.ts'
import { parseScript } from './syntax.ts'

/** A script longer than this (a bundle) is not parsed: parsing would take longer than it saves. */
const MAX_LENGTH = 2_000_000

interface ScriptScopes {
  readonly declarations: Declarations
  /** Offsets of the line starts. */
  readonly lines: readonly number[]
}

const known = new Map<string, ScriptScopes | undefined>()

/** A function's place in its script. */
export interface FunctionPlace {
  readonly scriptId: string
  readonly url: string
  readonly isModule: boolean
  readonly line: number
  readonly column: number
}

/**
 * Whether a variable that a function sees, once it has a value, keeps that for ever: a constant, or one that nothing assigns.
 * Unknown counts as no.
 */
export function isConstant(place: FunctionPlace, name: string): boolean {
  const scopes = scopesOf(place)
  if (scopes === undefined) return false
  const declaration = scopes.declarations.lookUp(startOf(scopes, place), name)
  if (declaration === undefined) return false
  return declaration.kind === 'import' ? isConstantImport(place, name) : isConstantDeclaration(declaration)
}

/**
 * Whether a function is made at most once for each variable of that name that it sees: no loop and no other function stands between the two.
 * `undefined` where the script tells nothing.
 */
export function isMadeOncePerVariable(place: FunctionPlace, name: string): boolean | undefined {
  const scopes = scopesOf(place)
  return scopes?.declarations.isMadeOnce(startOf(scopes, place), name)
}

function startOf({ lines }: ScriptScopes, { line, column }: FunctionPlace): number {
  return (lines[line] ?? Number.NaN) + column
}

function isConstantDeclaration({ kind, isAssigned }: Declaration): boolean {
  return kind === 'const' || (kind !== 'var' && kind !== 'import' && !isAssigned)
}

/** An import from one of the user's own modules is a variable of that module; an import from a package travels by reference. */
function isConstantImport({ scriptId, url }: FunctionPlace, name: string): boolean {
  const variable = importedVariable(scriptId, url, name)
  if (variable === undefined) return true
  const target = Scripts.shared.byId(variable.scriptId)
  const scopes = target === undefined ? undefined : scopesOf(target)
  const declaration = scopes?.declarations.lookUp(-1, variable.name)
  return declaration !== undefined && isConstantDeclaration(declaration)
}

function scopesOf({
  scriptId,
  isModule,
}: {
  readonly scriptId: string
  readonly isModule: boolean
}): ScriptScopes | undefined {
  if (!known.has(scriptId))
    known.set(scriptId, scriptId === '' ? undefined : analyse(Scripts.shared.source(scriptId), isModule))
  return known.get(scriptId)
}

function analyse(text: string, isModule: boolean): ScriptScopes | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const program = parseScript(text, isModule)
  if (program === undefined) return undefined
  const lines = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
  const declarations = findDeclarations(program)
  return declarations === undefined ? undefined : { declarations, lines }
}
