import type { Position } from './function-facts.ts'
import { Inspector } from './inspector.ts'
import { ownExports } from './module-bindings.ts'
import { Scripts } from './scripts.ts'

/** A larger script takes longer to parse than its namespace takes to load. */
const MAX_LENGTH = 500_000

/** The exports of a module that can be found without the module's namespace object, which only `import()` returns. */
export interface SeenExports {
  readonly namespace: Readonly<Record<string, unknown>>
  /** Whether these are all exports that stand in the module itself. */
  readonly isWhole: boolean
}

/** The exports of the ES module that a function stands in, read from the variables around the function. */
export function seenExports(fn: object, position: Position): SeenExports | undefined {
  const { scriptId, isModule } = position
  if (!isModule || scriptId === '') return undefined
  const text = Scripts.shared.source(scriptId)
  if (text.length > MAX_LENGTH) return undefined
  const scopes = Inspector.shared.inspectFunctions([fn])[0]!.scopes
  const variables = scopes.find(({ description }) => description === 'Module')?.object ?? {}
  const namespace: Record<string, unknown> = {}
  let isWhole = true
  for (const [exported, { local, start }] of ownExports(scriptId)) {
    if (local !== undefined && Object.hasOwn(variables, local)) namespace[exported] = variables[local]
    // V8 shows no variable that nobody uses: a function or class is known by where it starts then.
    else if (start === undefined) isWhole = false
    else if (isAt(text, start, position)) namespace[exported] = fn
  }
  return { namespace, isWhole }
}

function isAt(text: string, offset: number, { line, column }: Position): boolean {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return column === offset - lineStart && line === before.split('\n').length - 1
}
