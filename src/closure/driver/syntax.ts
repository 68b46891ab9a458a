import { type Options, parse } from 'acorn'

/** A node of acorn's tree, reduced to what every node has; the walkers here look at few of the other fields. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** How a function's own text has to be wrapped to be an expression. */
export type FunctionForm = 'expression' | 'method' | 'private method'

export interface ParsedFunction {
  readonly form: FunctionForm
  /** The function, class or method definition node; positions are offsets in the function's own text. */
  readonly node: SyntaxNode
  /** Characters put before the text to parse it; node positions have to be reduced by that many. */
  readonly shift: number
}

const OPTIONS: Options = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  allowAwaitOutsideFunction: true,
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
}

const WRAPPERS: Readonly<Record<FunctionForm, readonly [string, string]>> = {
  expression: ['(', '\n)'],
  method: ['({', '\n})'],
  'private method': ['(class{', '\n})'],
}

/** Parses what `Function.prototype.toString` gave; `undefined` when it is no source text (native code). */
export function parseFunction(text: string): ParsedFunction | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    for (const form of ['expression', 'method', 'private method'] as const) {
      const [before, after] = WRAPPERS[form]
      try {
        const program = parse(before + text + after, { ...OPTIONS, sourceType }) as unknown as SyntaxNode
        const statement = (program.body as SyntaxNode[])[0]
        const expression = statement?.expression as SyntaxNode | undefined
        const node = expression === undefined ? undefined : definitionOf(form, expression)
        if (node !== undefined) return { form, node, shift: before.length }
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
      }
    }
  }
  return undefined
}

function definitionOf(form: FunctionForm, expression: SyntaxNode): SyntaxNode | undefined {
  if (form === 'method') return (expression.properties as SyntaxNode[] | undefined)?.[0]
  if (form === 'private method') return ((expression.body as SyntaxNode).body as SyntaxNode[])[0]
  return expression
}

/** Parses a whole script; `undefined` when it is not what acorn calls JavaScript. */
export function parseScript(text: string, isModule: boolean): SyntaxNode | undefined {
  try {
    return parse(text, {
      ...OPTIONS,
      sourceType: isModule ? 'module' : 'script',
      allowReturnOutsideFunction: true,
      allowHashBang: true,
    }) as unknown as SyntaxNode
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Calls `visit` with each direct child node, in source order as far as acorn keeps it. */
export function eachChild(node: SyntaxNode, visit: (child: SyntaxNode, field: string) => void): void {
  for (const field in node) {
    const value = node[field]
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item, field)
    } else if (isNode(value)) {
      visit(value, field)
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}
