import type { ClosurePayload } from './capture.ts'
import type { Node } from './format.ts'
import { readTable } from './rebuild.ts'

/** What stands for a driver's object in captured values: see `SHIP`. */
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
export interface ModuleUse {
  /** A URL or path: of the module itself, or of the user's module whose `require` or `import()` loads others. */
  readonly place: string
  readonly kind: 'module' | 'loader'
}

/** The modules that a captured value refers to, and the places from which it may load more when it runs. */
export function modulesIn({ bytes, cells }: ClosurePayload): readonly ModuleUse[] {
  return [bytes, ...cells.map((cell) => cell.bytes)].flatMap((table) => readTable(table).nodes.flatMap(moduleUse))
}

function moduleUse(node: Node): ModuleUse[] {
  switch (node.kind) {
    case 'reference':
      if (node.reference.from === 'import') return [{ kind: 'module', place: node.reference.url }]
      return node.reference.from === 'require' ? [{ kind: 'module', place: node.reference.file }] : []
    case 'require':
    case 'import':
      return [{ kind: 'loader', place: node.url }]
    default:
      return []
  }
}

function inTable(bytes: Uint8Array): ShippedObject[] {
  return readTable(bytes).nodes.flatMap((node) =>
    node.kind === 'shipped' ? [{ type: node.type, data: node.data }] : [],
  )
}
