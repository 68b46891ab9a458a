import type { LineageNode } from '../engine/lineage.ts'

/**
 * Spark's `ContextCleaner`: when the program no longer refers to an RDD, the engine may forget the data kept for it. Ids are told
 * together, once per turn of the event loop in which nodes were found unreachable.
 */
export class NodeCleaner {
  readonly #forget: (nodeIds: readonly number[]) => void
  readonly #registry = new FinalizationRegistry<number>((id) => this.#collected(id))
  #ids: number[] = []

  constructor(forget: (nodeIds: readonly number[]) => void) {
    this.#forget = forget
  }

  /** Watches a node's storage and not the node, because after a checkpoint another node of the same id takes its place. */
  watch(node: LineageNode): void {
    this.#registry.register(node.storage, node.id)
  }

  #collected(id: number): void {
    if (this.#ids.push(id) > 1) return
    queueMicrotask(() => {
      const ids = this.#ids
      this.#ids = []
      this.#forget(ids)
    })
  }
}
