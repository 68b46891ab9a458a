import type { Code } from '../wire/format.ts'
import { workerFilename } from './code-positions.ts'
import type { Edit } from './edit.ts'
import type { NameUse } from './free-names.ts'
import type { FunctionSource } from './function-source.ts'
import type { SyntaxNode } from './syntax.ts'

/** The facts about a function's scope that are needed to write the function as code. */
export interface CodeRequest {
  readonly source: FunctionSource
  /** Names that become parameters. */
  readonly constants: readonly string[]
  /** Names that several functions share and some assign: each use becomes a use of the cell's `v`. */
  readonly cells: readonly string[]
  readonly isStrict: boolean
  readonly url: string
  /** Zero-based position of the text in its script. */
  readonly line: number
  readonly column: number
}

export interface WrittenCode {
  readonly code: Code
  /** The captured values behind the parameters, in the order of the parameters. */
  readonly bindings: readonly { readonly kind: 'constant' | 'cell' | 'special'; readonly name: string }[]
}

/** `this` of the surrounding code, `import.meta`, `import()`, a class's parent, and a method's home: names no program can use. */
export const Special = {
  THIS: 'this',
  IMPORT_META: 'import.meta',
  IMPORT: 'import',
  PARENT: 'extends',
  HOME: 'super',
} as const

/** The parts of a class's text that must not run again when it is rebuilt, replaced by as many line breaks. */
export function removedFromClass(source: FunctionSource): Edit[] {
  if (!source.isClass) return []
  const { shift, text } = source
  const removed: Edit[] = []
  for (const element of elementsOf(source)) {
    const isStaticField = element.type === 'PropertyDefinition' && element.static === true
    if (element.type !== 'StaticBlock' && !isStaticField) continue
    const start = element.start - shift
    const end = element.end - shift
    const key = element.key as SyntaxNode | undefined
    const kept = key?.type === 'PrivateIdentifier' ? `static #${key.name as string};` : ';'
    removed.push({ start, end, text: kept + breaksOf(text.slice(start, end)) })
  }
  const heritage = heritageRange(source)
  if (heritage !== undefined) {
    removed.push({ ...heritage, text: ` ${PARENT_PARAMETER} ${breaksOf(text.slice(heritage.start, heritage.end))}` })
  }
  return removed
}

/**
 * Makes a class with private members restorable. While `restore$.on` is set, a constructor does nothing but put the fields on, and their
 * initialisers give nothing; `restore$.set` and `.get` then reach the private fields, which only code inside of the class can.
 */
function restoreEdits(source: FunctionSource): Edit[] {
  if (!source.hasPrivates) return []
  const { shift, text, node, privateFields, privateStatics } = source
  const edits: Edit[] = []
  for (const element of elementsOf(source)) {
    if (element.static === true) continue
    if (element.type === 'PropertyDefinition') {
      const value = element.value as SyntaxNode | null
      if (value === null) continue
      // Parentheses around the value belong to it, so the edit reaches from the key's end, or its bracket's, to the element's end.
      const key = element.key as SyntaxNode
      const from = text.indexOf('=', element.computed === true ? text.indexOf(']', key.end - shift) : key.end - shift)
      const last = text[element.end - shift - 1] === ';' ? element.end - shift - 1 : element.end - shift
      edits.push({ start: from + 1, end: from + 1, text: `${RESTORE_PARAMETER}.on?void 0:(` })
      edits.push({ start: last, end: last, text: ')' })
    } else if (element.kind === 'constructor') {
      const body = ((element.value as SyntaxNode).body as SyntaxNode).start - shift + 1
      const skip = node.superClass ? '{super();return}' : 'return;'
      edits.push({ start: body, end: body, text: `if(${RESTORE_PARAMETER}.on)${skip}` })
    }
  }
  const start = (node.body as SyntaxNode).start - shift + 1
  const assign = (names: readonly string[], target: string): string =>
    names.map((name, at) => `${target}.${name}=v[${at}]`).join(';')
  const accessors =
    `static{${RESTORE_PARAMETER}.set=(o,v)=>{${assign(privateFields, 'o')}};` +
    `${RESTORE_PARAMETER}.get=(o)=>[${privateFields.map((name) => `o.${name}`).join()}];` +
    `${RESTORE_PARAMETER}.setStatics=(v)=>{${assign(privateStatics, 'this')}};` +
    `${RESTORE_PARAMETER}.evaluate=(v)=>eval(v)}`
  edits.push({ start, end: start, text: accessors })
  return edits
}

const PARENT_PARAMETER = 'extends$'
const RESTORE_PARAMETER = 'restore$'

function elementsOf(source: FunctionSource): readonly SyntaxNode[] {
  return (source.node.body as SyntaxNode).body as SyntaxNode[]
}

function breaksOf(text: string): string {
  return text.replace(/[^\n]/g, '')
}

/** Where the expression after `extends` stands, parentheses and all. */
function heritageRange(source: FunctionSource): { readonly start: number; readonly end: number } | undefined {
  if (!source.node.superClass) return undefined
  const id = source.node.id as SyntaxNode | null
  const from = (id ? id.end : source.node.start + 'class'.length) - source.shift
  const start = source.text.indexOf('extends', from) + 'extends'.length
  return { start, end: (source.node.body as SyntaxNode).start - source.shift }
}

/** Uses of a name that stand outside of ranges that are cut out. */
export function remainingUses(uses: readonly NameUse[], shift: number, removed: readonly Edit[]): readonly NameUse[] {
  if (removed.length === 0) return uses
  return uses.filter((use) => !removed.some(({ start, end }) => use.start - shift >= start && use.end - shift <= end))
}

/** Writes the text of a function so that it compiles by itself, with its outer names as parameters. */
export function writeCode(request: CodeRequest): WrittenCode {
  const { source, constants, cells } = request
  const { free, shift } = source
  const parameters: string[] = []
  const bindings: WrittenCode['bindings'][number][] = []
  const removed = removedFromClass(source)
  const edits: Edit[] = [...removed, ...restoreEdits(source)]
  const parameter = (wanted: string): string => {
    let name = wanted
    while (free.identifiers.has(name) || parameters.includes(name)) name += '$'
    parameters.push(name)
    return name
  }
  for (const name of constants) {
    bindings.push({ kind: 'constant', name })
    if (name !== 'arguments') {
      parameters.push(name)
      continue
    }
    const replacement = parameter('arguments$')
    for (const use of free.names.get(name)!.uses) edits.push(renamed(use, name, replacement, shift))
  }
  for (const name of cells) {
    bindings.push({ kind: 'cell', name })
    const cell = `${parameter(`${name}$`)}.v`
    for (const use of remainingUses(free.names.get(name)!.uses, shift, removed)) {
      edits.push(renamed(use, name, use.callee ? `(0,${cell})` : cell, shift))
    }
  }
  const special = (name: string, wanted: string): string => {
    bindings.push({ kind: 'special', name })
    return parameter(wanted)
  }
  if (free.importMeta.length > 0) {
    const name = special(Special.IMPORT_META, 'import_meta')
    for (const { start, end } of free.importMeta) edits.push({ start: start - shift, end: end - shift, text: name })
  }
  if (free.dynamicImports.length > 0) {
    const name = special(Special.IMPORT, 'imp0rt')
    for (const start of free.dynamicImports) {
      edits.push({ start: start - shift, end: start - shift + 'import'.length, text: name })
    }
  }
  if (free.usesOuterThis) {
    const name = special(Special.THIS, 'this$')
    for (const { start, end } of free.outerThis) edits.push({ start: start - shift, end: end - shift, text: name })
  }
  if (source.isClass && source.node.superClass) special(Special.PARENT, PARENT_PARAMETER)
  const home = free.usesSuper && source.form !== 'expression' ? special(Special.HOME, 'home$') : undefined
  if (source.hasPrivates) parameters.push(RESTORE_PARAMETER)
  const { before, after } = wrap(source, edits, home)
  const inOrder = ordered(edits)
  const text = applyEdits(source.text, inOrder)
  const expression = before + text + after
  return {
    code: {
      expression,
      lead: before.length,
      isStrict: request.isStrict,
      parameters,
      filename: workerFilename(request.url, { line: request.line, column: request.column, text, edits: inOrder }),
      line: request.line,
      column: request.column,
    },
    bindings,
  }
}

/** The text before and after a function's text that makes an expression of it. A method's name is replaced, so that a computed name is not computed again. */
function wrap(
  source: FunctionSource,
  edits: Edit[],
  home: string | undefined,
): { readonly before: string; readonly after: string } {
  if (source.form === 'expression') return { before: '(', after: '\n)' }
  const { node, shift, text } = source
  const key = node.key as SyntaxNode
  const isComputed = node.computed === true
  const start = isComputed ? text.lastIndexOf('[', key.start - shift) : key.start - shift
  const end = isComputed ? text.indexOf(']', key.end - shift) + 1 : key.end - shift
  edits.push({ start, end, text: 'm' })
  const literal = home === undefined ? ['{', '\n}'] : ['Object.setPrototypeOf({', `\n},${home})`]
  return source.methodKind === 'method'
    ? { before: `(${literal[0]}`, after: `${literal[1]}).m` }
    : {
        before: `Object.getOwnPropertyDescriptor(${literal[0]}`,
        after: `${literal[1]},'m').${source.methodKind}`,
      }
}

function renamed(use: NameUse, name: string, replacement: string, shift: number): Edit {
  const text = use.shorthand ? `${name}:${replacement}` : replacement
  return { start: use.start - shift, end: use.end - shift, text }
}

/** Edits in order; one inside of a part that is cut out is void. */
function ordered(edits: readonly Edit[]): Edit[] {
  let at = 0
  return [...edits]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .filter((edit) => {
      if (edit.start < at) return false
      at = edit.end
      return true
    })
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text
  let result = ''
  let at = 0
  for (const edit of edits) {
    result += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return result + text.slice(at)
}
