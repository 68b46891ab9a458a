import { type FreeNames, findFreeNames } from './free-names.ts'
import { type FunctionForm, parseFunction, type SyntaxNode } from './syntax.ts'

/** The analysis of a function's or class's text, made once for each text. */
export interface FunctionSource {
  readonly text: string
  readonly form: FunctionForm
  readonly node: SyntaxNode
  /** Node positions minus this are offsets in `text`. */
  readonly shift: number
  readonly free: FreeNames
  readonly isClass: boolean
  readonly isArrow: boolean
  readonly isGenerator: boolean
  readonly isStrict: boolean
  /** `get`, `set` or `method` for a definition in an object or class. */
  readonly methodKind: 'method' | 'get' | 'set'
  /** The offset in `text` of what V8 gives as the function's location: its parameter list (a class: its first word). */
  readonly anchor: number
  /** The private instance fields of a class in order, `#` included. A private method or accessor counts as a field without a value. */
  readonly privateFields: readonly string[]
  readonly privateStatics: readonly string[]
  /** Whether a class has any private member, methods included. */
  readonly hasPrivates: boolean
  /** The texts of a class's methods and accessors, as `toString` gives them. */
  readonly methodTexts: ReadonlySet<string>
}

/** Texts come from source files, so there are few; a program that keeps making new ones must not grow without end. */
const MAX_SOURCES = 5000
const cache = new Map<string, FunctionSource | undefined>()

const toText: (this: unknown) => string = Function.prototype.toString

export function functionText(fn: object): string {
  return toText.call(fn)
}

export function isNativeText(text: string): boolean {
  return text.endsWith('{ [native code] }')
}

/** The analysis of a function's text; `undefined` when it does not parse. */
export function functionSource(text: string): FunctionSource | undefined {
  if (cache.has(text)) return cache.get(text)
  const source = analyse(text)
  if (cache.size >= MAX_SOURCES) cache.delete(cache.keys().next().value as string)
  cache.set(text, source)
  return source
}

function analyse(text: string): FunctionSource | undefined {
  const parsed = parseFunction(text)
  if (parsed === undefined) return undefined
  const { node, form, shift } = parsed
  const isClass = node.type === 'ClassExpression'
  const definition = form === 'expression' ? node : (node.value as SyntaxNode)
  return {
    text,
    form,
    node,
    shift,
    free: findFreeNames(node),
    isClass,
    isArrow: node.type === 'ArrowFunctionExpression',
    isGenerator: definition.generator === true,
    isStrict: isClass || hasUseStrict(definition),
    methodKind: form === 'expression' ? 'method' : kindOf(node),
    anchor: isClass ? 0 : parametersStart(definition, text, shift),
    ...(isClass ? classMembers(node, text, shift) : NO_MEMBERS),
  }
}

const NO_MEMBERS = { privateFields: [], privateStatics: [], hasPrivates: false, methodTexts: new Set<string>() }

function classMembers(
  node: SyntaxNode,
  text: string,
  shift: number,
): Pick<FunctionSource, 'privateFields' | 'privateStatics' | 'hasPrivates' | 'methodTexts'> {
  const privateFields: string[] = []
  const privateStatics: string[] = []
  const methodTexts = new Set<string>()
  let hasPrivates = false
  for (const element of (node.body as SyntaxNode).body as SyntaxNode[]) {
    const key = element.key as SyntaxNode | undefined
    if (key?.type === 'PrivateIdentifier') hasPrivates = true
    if (element.type === 'MethodDefinition') {
      const own = text.slice(element.start - shift, element.end - shift)
      methodTexts.add(element.static === true ? own.replace(/^static\s*/, '') : own)
    } else if (element.type === 'PropertyDefinition' && key?.type === 'PrivateIdentifier') {
      const fields = element.static === true ? privateStatics : privateFields
      fields.push(`#${key.name as string}`)
    }
  }
  return { privateFields, privateStatics, hasPrivates, methodTexts }
}

function kindOf(node: SyntaxNode): 'method' | 'get' | 'set' {
  const kind = node.kind
  return kind === 'get' || kind === 'set' ? kind : 'method'
}

function hasUseStrict(definition: SyntaxNode): boolean {
  const body = definition.body as SyntaxNode
  if (body.type !== 'BlockStatement') return false
  return (body.body as SyntaxNode[]).some((statement) => statement.directive === 'use strict')
}

function parametersStart(definition: SyntaxNode, text: string, shift: number): number {
  if (definition.type !== 'ArrowFunctionExpression') {
    const id = definition.id as SyntaxNode | null | undefined
    const from = (id ? id.end : definition.start) - shift
    return Math.max(0, text.indexOf('(', from))
  }
  const start = definition.start - shift
  if (definition.async !== true) return start
  const afterAsync = start + 'async'.length
  const gap = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)*/.exec(text.slice(afterAsync))![0].length
  return afterAsync + gap
}
