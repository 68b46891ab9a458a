import { RecentlyUsed } from './recently-used.ts'

/** A shared variable on this worker. */
export interface Cell {
  v: unknown
  version: number
}

/** How the identity of a variable looks that a call of a function has made; those of modules have none of it. */
const OF_A_CALL = / scope \d+#/

/** Calls come and go: of the variables that they made those are kept that were used last, and the bytes that their values came as bound them. */
const MAX_OF_CALLS = { count: 2000, weight: 64 * 1024 * 1024 }

/** The shared variables of a worker: those of modules live as long as it does. */
export class WorkerCells {
  readonly #ofModules = new Map<string, Cell>()
  readonly #ofCalls = new RecentlyUsed<string, Cell>(MAX_OF_CALLS)

  get(id: string): Cell | undefined {
    return OF_A_CALL.test(id) ? this.#ofCalls.get(id) : this.#ofModules.get(id)
  }

  /** @param sizeBytes what the variable's value came as. */
  set(id: string, cell: Cell, sizeBytes: number): void {
    if (OF_A_CALL.test(id)) this.#ofCalls.set(id, cell, sizeBytes)
    else this.#ofModules.set(id, cell)
  }
}
