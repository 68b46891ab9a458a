import type { Node } from '../wire/format.ts'
import type { FunctionFacts, OuterVariable } from './function-facts.ts'
import type { FunctionSource } from './function-source.ts'
import type { Refusal, Trail } from './trail.ts'

/** The questions that the encoder asks about functions. The tables of one capture may share the answers. */
export interface FunctionOracle {
  /** Facts of functions, asked in batches. A `Reference` when the function lives in an installed module. */
  facts(functions: readonly { fn: object; source: FunctionSource }[]): readonly FunctionFacts[]
  reference(facts: FunctionFacts): Node | undefined
  bound(fn: object): { readonly target: unknown; readonly self: unknown; readonly args: readonly unknown[] } | undefined
  privates(object: object): readonly { readonly name: string; readonly value: unknown }[]
  outerThis(facts: FunctionFacts, path: Trail): unknown
  /** The identity of the cell behind a variable, when it is one. */
  cell(facts: FunctionFacts, outer: OuterVariable): string | undefined
  /** Whether a class lives in an installed module, so that it is not rebuilt. */
  isInstalled(owner: object): boolean
  classId(owner: object, facts: FunctionFacts): string
  symbolId(symbol: symbol): string
  /** The identity of a module-level object: the first variable that it was met in. */
  anchorId(object: object, moduleVariable: string): string
  isStrict(facts: FunctionFacts): boolean
  /** Whether the encoder continues with other values after this error. */
  mayPass(error: unknown): boolean
  fail(trail: Trail | undefined, value: unknown, refusal: Refusal): Error
}
