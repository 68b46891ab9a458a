import type { CellUpdate, ClassName, ClosurePayload } from '../wire/payload.ts'
import { readTable } from '../wire/read-table.ts'
import { importAll, neededImports, type RebuildState, ValueBuilder } from './rebuild.ts'
import { RecentlyUsed } from './recently-used.ts'
import { WorkerCells } from './worker-cells.ts'
import type { Locate } from './worker-modules.ts'

/** Built values kept per worker, and the bytes that they came as; a stage's program is a few. */
const MAX_BUILT = { count: 200, weight: 128 * 1024 * 1024 }

/** Symbols of the program that functions use. A function that makes one for each batch must not fill the worker's memory. */
const MAX_SYMBOLS = { count: 10_000, weight: Number.POSITIVE_INFINITY }

/** Why a class is not there. */
export interface ClassFailure {
  /** The class's name in the program. */
  readonly name: string
  readonly error: unknown
}

/** Rebuilds captured values in this thread or process, and keeps what lives as long as it. */
export class ClosureRebuilder {
  readonly #state: RebuildState
  readonly #built = new RecentlyUsed<string, unknown>(MAX_BUILT)
  readonly #classes = new Map<string, object>()
  readonly #classIds = new WeakMap<object, string>()
  /** Classes that could not be made, and why. */
  readonly #failures = new Map<string, ClassFailure>()

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
      cells: new WorkerCells(),
      anchors: new Map(),
      symbols: new RecentlyUsed(MAX_SYMBOLS),
      modules: new Map(),
      restores: new WeakMap(),
      factories: new Map(),
      revivers: options.revivers ?? {},
      locate: options.locate ?? ((place) => place),
      onClass: (id, owner) => this.#addClass(id, owner),
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

  /**
   * Makes classes ready whose instances may come as records. It never throws: where the classes cannot be made, `classFailure` says why.
   * @param payload a list of the classes.
   * @param names what the classes are called, in the order of the list.
   */
  addClasses(payload: ClosurePayload, names: readonly ClassName[]): void | Promise<void> {
    const add = (classes: unknown): void => {
      names.forEach(({ id }, at) => {
        this.#addClass(id, (classes as readonly object[])[at] as object)
      })
    }
    const fail = (error: unknown): void => {
      for (const { id, name } of names) if (!this.#classes.has(id)) this.#failures.set(id, { name, error })
    }
    try {
      const classes = this.rebuild(payload)
      if (classes instanceof Promise) return classes.then(add, fail)
      add(classes)
    } catch (error) {
      fail(error)
    }
  }

  /** Forgets a class whose instances will not arrive any more. */
  forgetClass(id: string): void {
    this.#classes.delete(id)
    this.#failures.delete(id)
    this.#state.anchors.delete(id)
  }

  /** The identity under which instances of a rebuilt class travel. */
  classIdOf(owner: object): string | undefined {
    return this.#classIds.get(owner)
  }

  /** The rebuilt class of that identity, when this worker has it. */
  classById(id: string): object | undefined {
    return this.#classes.get(id)
  }

  /** What kept a class that this worker was sent from being made. */
  classFailure(id: string): ClassFailure | undefined {
    return this.#failures.get(id)
  }

  #addClass(id: string, owner: object): void {
    this.#classes.set(id, owner)
    this.#classIds.set(owner, id)
    this.#failures.delete(id)
  }

  #isNewer(update: CellUpdate): boolean {
    return this.#state.cells.get(update.id)?.version !== update.version
  }

  #update({ id, version, bytes }: CellUpdate, value: unknown): void {
    const cell = this.#state.cells.get(id) ?? { v: value, version }
    cell.v = value
    cell.version = version
    this.#state.cells.set(id, cell, bytes.length)
  }

  #keep({ digest, bytes }: ClosurePayload, value: unknown): unknown {
    this.#built.set(digest, value, bytes.length)
    return value
  }
}
