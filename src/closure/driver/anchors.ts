import { createHash } from 'node:crypto'
import { serialize } from 'node:v8'
import type { Anchor, Code, Node, NodeExtras } from '../wire/format.ts'

type AnyNode = Node & NodeExtras

/**
 * Marks the nodes whose objects live as long as a worker: classes, and the objects of module-level variables. Two tables that hold such an
 * object with equal content share the worker's one, so that what it has gathered there (a connection pool in a static member, a cache in a
 * module's map) outlives the program that brought it.
 */
export class Anchors {
  readonly #nodes: readonly AnyNode[]
  readonly #codes: readonly Code[]
  /** Tells arrays that are places of nodes from plain arrays of one number. */
  readonly #places: ReadonlySet<unknown>
  /** Nodes met from the current anchor, in the order in which they are met: equal content gives equal orders. */
  #order: number[] = []
  #numbers = new Map<number, number>()

  constructor(nodes: readonly AnyNode[], codes: readonly Code[], places: ReadonlySet<unknown>) {
    this.#nodes = nodes
    this.#codes = codes
    this.#places = places
  }

  anchor(index: number, id: string): Anchor {
    this.#order = []
    this.#numbers = new Map()
    this.#number(index)
    const parts: unknown[] = []
    for (let at = 0; at < this.#order.length; at++) parts.push(this.#flatten(this.#nodes[this.#order[at]!]!))
    const hash = createHash('sha1').update(serialize(parts)).digest('base64url')
    return { id, hash, order: this.#order }
  }

  #number(index: number): number {
    let number = this.#numbers.get(index)
    if (number === undefined) {
      number = this.#order.push(index) - 1
      this.#numbers.set(index, number)
    }
    return number
  }

  #flatten(node: AnyNode): unknown {
    if (node.kind === 'data' || node.kind === 'shipped') return node
    const flat: unknown[] = []
    for (const field in node) {
      if (field === 'anchor') continue
      const value = node[field as keyof AnyNode] as unknown
      flat.push(field, field === 'code' ? this.#codes[value as number] : this.#renumber(value))
    }
    return flat
  }

  #renumber(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (this.#places.has(value)) return { place: this.#number((value as readonly [number])[0]) }
    if (Array.isArray(value)) return value.map((item) => this.#renumber(item))
    if (ArrayBuffer.isView(value)) return value
    return Object.entries(value).map(([key, item]) => [key, this.#renumber(item)])
  }
}
