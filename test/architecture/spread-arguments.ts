import { createRequire } from 'node:module'
import { type Node, parse } from 'acorn'

const require = createRequire(import.meta.url)
// tsx, which runs the tests, brings the compiler that takes types away.
const { transformSync } = createRequire(require.resolve('tsx/package.json'))('esbuild') as {
  transformSync(source: string, options: { loader: 'ts'; target: 'esnext' }): { code: string }
}

/** A call that passes the elements of an array as single arguments. Each argument takes room on the stack: about 120,000 are too many. */
export interface SpreadCall {
  /** Source text of what is called, without line breaks. */
  readonly callee: string
  /** Source text of the array. */
  readonly array: string
}

interface AnyNode extends Node {
  readonly [member: string]: unknown
}

const PASSED_THROUGH = new Set(['Reflect.apply', 'Reflect.construct'])

/**
 * The calls of a TypeScript source that spread an array, or pass one to `apply`, `Reflect.apply` or `Reflect.construct`. Left out are array
 * literals, and a rest parameter of the function around the call: whoever called that function passed its elements as arguments before.
 */
export function spreadCallsOf(source: string): SpreadCall[] {
  const { code } = transformSync(source, { loader: 'ts', target: 'esnext' })
  const calls: SpreadCall[] = []
  const textOf = ({ start, end }: Node): string => code.slice(start, end).replaceAll(/\s+/g, ' ')

  const check = (callee: AnyNode, array: AnyNode | undefined, restNames: ReadonlySet<string>): void => {
    if (array === undefined || array.type === 'ArrayExpression') return
    if (array.type === 'Identifier' && restNames.has(array.name as string)) return
    calls.push({ callee: textOf(callee), array: textOf(array) })
  }
  const visit = (node: AnyNode, restNames: ReadonlySet<string>): void => {
    let names = restNames
    const parameters = node.params as readonly AnyNode[] | undefined
    if (parameters !== undefined) {
      // The compiler gives a parameter that hides another one a name of its own.
      const last = parameters.at(-1)
      const argument = last?.type === 'RestElement' ? (last.argument as AnyNode) : undefined
      if (argument?.type === 'Identifier') names = new Set([...restNames, argument.name as string])
    }
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const callee = node.callee as AnyNode
      const args = node.arguments as readonly AnyNode[]
      for (const arg of args) if (arg.type === 'SpreadElement') check(callee, arg.argument as AnyNode, names)
      const text = textOf(callee)
      if (PASSED_THROUGH.has(text)) check(callee, args[text === 'Reflect.apply' ? 2 : 1], names)
      else if (text.endsWith('.apply') && args.length === 2) check(callee, args[1], names)
    }
    for (const member of Object.values(node)) {
      for (const child of Array.isArray(member) ? member : [member]) if (isNode(child)) visit(child, names)
    }
  }
  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as AnyNode, new Set())
  return calls
}

function isNode(value: unknown): value is AnyNode {
  return typeof (value as AnyNode | null)?.type === 'string'
}
