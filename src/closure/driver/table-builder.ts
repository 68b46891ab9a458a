import type { Code, Encoded, Node, NodeExtras, Table } from '../wire/format.ts'
import { Anchors } from './anchors.ts'
import type { Trail } from './trail.ts'

export type MutableNode = Node & NodeExtras

/** An object that has its place in the table, and whose contents are still to be written. */
export interface Pending<T> {
  readonly value: T
  readonly index: number
  readonly trail: Trail | undefined
}

/** The way back to the encoder of any value, for those that write the values within one. */
export interface ValueEncoder {
  encode(value: unknown, trail: Trail | undefined): Encoded
  /** A value that cannot travel ends the capture, unless the value may still turn out to belong to a shared variable. */
  attempt(work: () => void): void
}

/** A table while it is written: its nodes, where each object stands in it, and what is still to be filled. */
export class TableBuilder {
  readonly nodes: MutableNode[] = []
  readonly places = new Map<unknown, readonly [number]>()
  readonly objects: Pending<object>[] = []
  readonly functions: Pending<object>[] = []
  readonly weak: Pending<WeakMap<object, unknown> | WeakSet<object>>[] = []
  /** Nodes whose objects live as long as a worker, and their identities. */
  readonly anchored = new Map<number, string>()
  readonly #codes: Code[] = []
  readonly #codeIndexes = new Map<string, number>()
  readonly #homes = new Map<object, object>()

  place(value: unknown, node: Node): readonly [number] {
    const place = [this.nodes.push(node as MutableNode) - 1] as const
    this.places.set(value, place)
    return place
  }

  codeIndex(code: Code): number {
    const key = `${code.filename}:${code.line}:${code.column}:${code.parameters}:${code.isStrict}:${code.expression}`
    let index = this.#codeIndexes.get(key)
    if (index === undefined) {
      index = this.#codes.push(code) - 1
      this.#codeIndexes.set(key, index)
    }
    return index
  }

  /** A method's `super` is the prototype of the object that it was written in: taken to be the first one it is met in. */
  noteHome(fn: object, holder: object): void {
    if (!this.#homes.has(fn)) this.#homes.set(fn, holder)
  }

  homeOf(fn: object): object | undefined {
    return this.#homes.get(fn)
  }

  table(root: Encoded): Table {
    const anchors = new Anchors(this.nodes, this.#codes, new Set(this.places.values()))
    for (const [index, id] of this.anchored) this.nodes[index]!.anchor = anchors.anchor(index, id)
    return { root, nodes: this.nodes, codes: this.#codes }
  }
}
