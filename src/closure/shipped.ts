import type { ClosurePayload } from './capture.ts'
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

function inTable(bytes: Uint8Array): ShippedObject[] {
  return readTable(bytes).nodes.flatMap((node) =>
    node.kind === 'shipped' ? [{ type: node.type, data: node.data }] : [],
  )
}
