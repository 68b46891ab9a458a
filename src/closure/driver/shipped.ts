import type { Code, Node } from '../wire/format.ts'
import type { ClosurePayload } from '../wire/payload.ts'
import { readTable } from '../wire/read-table.ts'

/** The stand-in for an object of the driver in captured values: see `SHIP`. */
export interface ShippedObject {
  readonly type: string
  readonly data: unknown
}

/** Digests whose objects are remembered. */
const MAX_REMEMBERED = 512

const remembered = new Map<string, readonly ShippedObject[]>()

/** The driver's objects (broadcast variables, accumulators) that a captured value refers to. */
export function shippedIn({ digest, bytes, cells }: ClosurePayload): readonly ShippedObject[] {
  let found = remembered.get(digest)
  if (found === undefined) {
    found = inTable(bytes)
    remembered.set(digest, found)
    if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string)
  }
  return cells.length === 0 ? found : [...found, ...cells.flatMap((cell) => inTable(cell.bytes))]
}

/** Modules of packages that a captured value needs where it is rebuilt. */
export type ModuleUse =
  /** A module, by URL or path. */
  | { readonly kind: 'module'; readonly place: string }
  /** A module of the user's whose `require` or `import()` a function calls, with the names that stand in such calls. */
  | { readonly kind: 'loader'; readonly place: string; readonly specifiers: readonly string[] }

/** Calls of `require` and of `import()`, which stands as a function of the name `imp0rt` in captured text (see `code.ts`). */
const LOADED = /\b(?:require|imp[o0]rt)[\w$]*\s*\(\s*(['"`])([^'"`\n]+)\1/g

/** The modules that a captured value refers to, and the places from which it may load more when it runs. */
export function modulesIn({ bytes, cells }: ClosurePayload): readonly ModuleUse[] {
  return [bytes, ...cells.map((cell) => cell.bytes)].flatMap((table) => {
    const { nodes, codes } = readTable(table)
    return nodes.flatMap((node) => moduleUse(node, codes))
  })
}

function moduleUse(node: Node, codes: readonly Code[]): ModuleUse[] {
  switch (node.kind) {
    case 'reference':
      if (node.reference.from === 'import') return [{ kind: 'module', place: node.reference.url }]
      return node.reference.from === 'require' ? [{ kind: 'module', place: node.reference.file }] : []
    case 'require':
    case 'import':
      return [{ kind: 'loader', place: node.url, specifiers: codes.flatMap(loadedNames) }]
    default:
      return []
  }
}

function loadedNames({ expression }: Code): string[] {
  return [...expression.matchAll(LOADED)].map((match) => match[2] as string)
}

function inTable(bytes: Uint8Array): ShippedObject[] {
  return readTable(bytes).nodes.flatMap((node) =>
    node.kind === 'shipped' ? [{ type: node.type, data: node.data }] : [],
  )
}
