import { createHash } from 'node:crypto'
import { serialize } from 'node:v8'
import { ClosureError } from '../wire/closure-error.ts'
import type { Node, Table } from '../wire/format.ts'
import type { CellUpdate, ClosurePayload } from '../wire/payload.ts'
import { Cells } from './cells.ts'
import { classId, installedClassId } from './class-ids.ts'
import { Encoder } from './encoder.ts'
import { type FunctionFacts, functionFacts, type OuterVariable, positionOf } from './function-facts.ts'
import type { FunctionOracle } from './function-oracle.ts'
import type { FunctionSource } from './function-source.ts'
import { Inspector } from './inspector.ts'
import { typeName } from './prototypes.ts'
import { installedReference, isInstalled, loadNamespace, NamespaceNeeded } from './references.ts'
import { Scripts } from './scripts.ts'
import { sourcePlace } from './source-position.ts'
import { type Refusal, refuse, type Trail, variable } from './trail.ts'

/** Settings of one capture. */
export interface CaptureOptions {
  /** The operation and its place, for instance `map at app.ts:12:24`, for messages about a value outside of any function. */
  readonly where?: string
  /**
   * Whether the capture may wait until modules that it refers to have run to their end. Otherwise what they show so far is taken; a worker that imports a
   * module which waits for the job at hand would wait as well.
   */
  readonly mayWait?: boolean
}

/**
 * Captures a value with every function in it and all that those close over, as it is at this moment.
 * A promise is returned only when a module's names have to be read by `import()` first.
 * @throws ClosureError (code `CLOSURE_NOT_SHIPPABLE`) when something in it exists on the driver only
 */
export function captureClosures(
  value: unknown,
  options: CaptureOptions = {},
): ClosurePayload | Promise<ClosurePayload> {
  try {
    return new Capture(options).run(value)
  } catch (error) {
    if (error instanceof NamespaceNeeded) return captureAfterImport(value, options, error.url)
    throw error
  }
}

async function captureAfterImport(value: unknown, options: CaptureOptions, url: string): Promise<ClosurePayload> {
  let needed: string | undefined = url
  while (needed !== undefined) {
    await loadNamespace(needed)
    needed = undefined
    try {
      return new Capture(options).run(value)
    } catch (error) {
      if (!(error instanceof NamespaceNeeded)) throw error
      needed = error.url
    }
  }
  throw new Error('unreachable')
}

const cells = new Cells()
/** The `this` of an arrow function never changes. */
const outerThisValues = new WeakMap<object, { readonly value: unknown }>()
const anchorIds = new WeakMap<object, string>()
const symbolIds = new WeakMap<symbol, string>()
let symbolCount = 0

/**
 * Does what the first capture of a process would do once: opens the inspector, lists the scripts, names the built-ins (tens of milliseconds).
 * A program that starts workers has the time while they start.
 */
export function warmUpClosures(): void {
  // When warming up fails, the first capture that a caller waits for fails with the same error.
  Promise.resolve(captureClosures(() => undefined)).catch(() => {})
}

/** One capture. All values in it are read at the same moment. */
class Capture implements FunctionOracle {
  readonly #options: CaptureOptions
  readonly #facts = new Map<object, FunctionFacts>()
  /** Whether a variable turned out to be shared after its value had been taken along as a constant. */
  #hasNewShared = false
  /** Values that this walk could not encode. Each is an error unless the value turns out to belong to a shared variable. */
  #firstFailure: ClosureError | undefined
  readonly #cellValues = new Map<string, OuterVariable>()
  readonly #classes = new Set<string>()
  /** Whether the first thing that cannot travel ends the walk. */
  #isStrict = false

  constructor(options: CaptureOptions) {
    this.#options = options
  }

  run(value: unknown): ClosurePayload {
    for (;;) {
      this.#hasNewShared = false
      this.#firstFailure = undefined
      this.#cellValues.clear()
      this.#classes.clear()
      const payload = this.#walk(value)
      if (this.#hasNewShared) continue
      if (this.#firstFailure !== undefined) throw this.#firstFailure
      return payload
    }
  }

  #walk(value: unknown): ClosurePayload {
    const main = pack(new Encoder(this).encode(value))
    const updates: CellUpdate[] = []
    // The values of shared variables may hold functions that share more.
    for (const [id, outer] of this.#cellValues) {
      const { digest, bytes } = this.#packCell(id, outer)
      updates.push({ id, version: cells.version(id, digest), bytes })
    }
    return { ...main, cells: updates, classes: [...this.#classes] }
  }

  /** A variable whose value is made on first use starts without one on the worker when the driver's own cannot travel. */
  #packCell(id: string, { name, value }: OuterVariable): { readonly digest: string; readonly bytes: Uint8Array } {
    const isLazy = cells.assignmentOf(id) === 'lazily'
    this.#isStrict = isLazy
    try {
      return pack(new Encoder(this).encode(value, variable(undefined, name)))
    } catch (error) {
      if (!isLazy || !(error instanceof ClosureError)) throw error
      return pack(new Encoder(this).encode(undefined))
    } finally {
      this.#isStrict = false
    }
  }

  mayPass(error: unknown): boolean {
    if (this.#isStrict || !(error instanceof ClosureError)) return false
    this.#firstFailure ??= error
    return true
  }

  facts(functions: readonly { fn: object; source: FunctionSource }[]): readonly FunctionFacts[] {
    const missing = functions.filter(({ fn }) => !this.#facts.has(fn))
    if (missing.length > 0) {
      for (const facts of functionFacts(missing)) {
        this.#facts.set(facts.fn, facts)
        if (cells.noteAssignments(facts)) this.#hasNewShared = true
      }
    }
    return functions.map(({ fn }) => this.#facts.get(fn)!)
  }

  cell(facts: FunctionFacts, outer: OuterVariable): string | undefined {
    const id = cells.sharedVariable(facts, outer)
    if (id !== undefined && !this.#cellValues.has(id)) this.#cellValues.set(id, outer)
    return id
  }

  reference({ fn, source, position }: FunctionFacts): Node | undefined {
    if (!isInstalled(position.url)) return undefined
    const reference = installedReference(fn, position, this.#options.mayWait)
    if (reference === undefined) return undefined
    if (source.isClass) this.#classes.add(installedClassId(fn, reference))
    return { kind: 'reference', reference }
  }

  bound(
    fn: object,
  ): { readonly target: unknown; readonly self: unknown; readonly args: readonly unknown[] } | undefined {
    return Inspector.shared.inspectFunctions([fn])[0]!.bound
  }

  privates(object: object): readonly { readonly name: string; readonly value: unknown }[] {
    return Inspector.shared.privateMembers([object])[0]!
  }

  isInstalled(owner: object): boolean {
    const position = positionOf(owner)
    if (position === undefined || !isInstalled(position.url)) return false
    return installedReference(owner, position, this.#options.mayWait) !== undefined
  }

  outerThis({ fn, internals }: FunctionFacts, path: Trail): unknown {
    const known = outerThisValues.get(fn)
    if (known !== undefined) return known.value
    const found = internals?.location && Inspector.shared.outerThis(fn, internals.location)
    if (found === undefined) {
      throw this.fail(path, fn, {
        what: 'uses the `this` of the code around it, which cannot be read while a debugger is attached',
        hint: 'read what it needs into a local `const` first (`const { factor } = this`)',
      })
    }
    outerThisValues.set(fn, found)
    return found.value
  }

  classId(owner: object, { position }: FunctionFacts): string {
    const id = classId(owner, position)
    this.#classes.add(id)
    return id
  }

  symbolId(symbol: symbol): string {
    let id = symbolIds.get(symbol)
    if (id === undefined) {
      id = `${symbolCount++}`
      symbolIds.set(symbol, id)
    }
    return id
  }

  anchorId(object: object, moduleVariable: string): string {
    let id = anchorIds.get(object)
    if (id === undefined) {
      id = moduleVariable
      anchorIds.set(object, id)
    }
    return id
  }

  isStrict({ fn, source, position }: FunctionFacts): boolean {
    if (position.isModule || source.isStrict) return true
    const isPlain = source.node.type === 'FunctionExpression' && !source.node.async && !source.node.generator
    if (isPlain) return !Object.hasOwn(fn, 'caller')
    return position.scriptId !== '' && Scripts.shared.isStrict(position.scriptId)
  }

  fail(trail: Trail | undefined, value: unknown, refusal: Refusal): Error {
    return refuse(trail, refusal, { type: typeName(value), place: sourcePlace, where: this.#options.where })
  }
}

function pack(table: Table): { readonly digest: string; readonly bytes: Uint8Array } {
  const bytes = serialize(table)
  return { digest: createHash('sha1').update(bytes).digest('base64url'), bytes }
}
