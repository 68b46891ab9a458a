import type { CellUpdate, ClosurePayload } from '../wire/payload.ts'
import { readTable } from '../wire/read-table.ts'
import { importAll, neededImports, type RebuildState, ValueBuilder } from './rebuild.ts'
import { RecentlyUsed } from './recently-used.ts'
import type { Locate } from './worker-modules.ts'

/** Built values kept per worker, and the bytes that they came as; a stage's program is a few. */
const MAX_BUILT = { count: 200, weight: 128 * 1024 * 1024 }

/** Rebuilds captured values in this thread or process, and keeps what lives as long as it. */
export class ClosureRebuilder {
  readonly #state: RebuildState
  readonly #built = new RecentlyUsed<string, unknown>(MAX_BUILT)
  readonly #classes = new Map<string, object>()
  readonly #classIds = new WeakMap<object, string>()

  /**
   * @param options.revivers what makes of the data of a shipped object (see `SHIP`) its form here, by kind
   * @param options.locate where a module of the driver is on this machine; where it is on the driver's when absent
   */
  constructor(
    options: {
      readonly revivers?: Readonly<Record<string, (data: unknown) => unknown>>
      readonly locate?: Locate
    } = {},
  ) {
    this.#state = {
      cells: new Map(),
      anchors: new Map(),
      symbols: new Map(),
      modules: new Map(),
      restores: new WeakMap(),
      factories: new Map(),
      revivers: options.revivers ?? {},
      locate: options.locate ?? ((place) => place),
      onClass: (id, owner) => {
        this.#classes.set(id, owner)
        this.#classIds.set(owner, id)
      },
    }
  }

  /**
   * Gives the captured value; the same object again for the same digest. Shared variables get the driver's value when it is newer than
   * the one they got last. A promise is returned only when a module has to be imported first.
   */
  rebuild(payload: ClosurePayload): unknown | Promise<unknown> {
    const tables = payload.cells
      .filter((cell) => this.#isNewer(cell))
      .map((cell) => ({ cell, table: readTable(cell.bytes) }))
    const isKnown = this.#built.has(payload.digest)
    const main = isKnown ? undefined : readTable(payload.bytes)
    const urls = new Set(tables.flatMap(({ table }) => neededImports(table, this.#state)))
    if (main !== undefined) for (const url of neededImports(main, this.#state)) urls.add(url)
    const finish = (): unknown => {
      for (const { cell, table } of tables) this.#update(cell, new ValueBuilder(table, this.#state).build())
      return main === undefined
        ? this.#built.get(payload.digest)
        : this.#keep(payload, new ValueBuilder(main, this.#state).build())
    }
    return urls.size === 0 ? finish() : importAll([...urls], this.#state).then(finish)
  }

  /** The identity under which instances of a rebuilt class travel. */
  classIdOf(owner: object): string | undefined {
    return this.#classIds.get(owner)
  }

  /** The rebuilt class of that identity, when this worker has it. */
  classById(id: string): object | undefined {
    return this.#classes.get(id)
  }

  #isNewer(update: CellUpdate): boolean {
    return this.#state.cells.get(update.id)?.version !== update.version
  }

  #update({ id, version }: CellUpdate, value: unknown): void {
    const cell = this.#state.cells.get(id)
    if (cell === undefined) this.#state.cells.set(id, { v: value, version })
    else {
      cell.v = value
      cell.version = version
    }
  }

  #keep({ digest, bytes }: ClosurePayload, value: unknown): unknown {
    this.#built.set(digest, value, bytes.length)
    return value
  }
}
