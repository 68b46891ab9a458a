import { isNoPairCode, notAPair } from '../pair.ts'
import type { NarrowOp } from '../program.ts'
import type { Chunk } from '../reader.ts'
import { isPending, promiseGiven, refusePendingCode } from '../settled.ts'

/** The operations that work on one record at a time and so fuse into one loop. */
export type ElementOp = Extract<
  NarrowOp,
  { readonly kind: 'map' | 'filter' | 'flatMap' | 'mapValues' | 'flatMapValues' | 'keyBy' | 'keys' | 'values' }
>

/** The end of a fused loop: code that handles each record in the given variable, and the objects that the code names. */
export interface LoopTail {
  /** @param record the name of the variable that holds the record. @param isPair whether the loop itself has just made it as a pair. */
  readonly code: (record: string, isPair: boolean) => string
  readonly bindings: Readonly<Record<string, unknown>>
  /** Whether the end calls a function of the user's with the records, which then must be no promises. */
  readonly callsUser?: boolean
}

export function isElementOp(op: NarrowOp): op is ElementOp {
  switch (op.kind) {
    case 'map':
    case 'filter':
    case 'flatMap':
    case 'mapValues':
    case 'flatMapValues':
    case 'keyBy':
    case 'keys':
    case 'values':
      return true
    case 'glom':
    case 'mapPartitions':
    case 'builtin':
      return false
  }
}

/**
 * Generates one loop over a chunk that runs all operations and the tail with no call but the user's functions. Every stage gets code
 * of its own, so that each call site meets one function only and V8 can inline it.
 * @param isOfPairs whether all records of the chunks are known to be pairs.
 */
export function fuseLoop(ops: readonly ElementOp[], tail: LoopTail, isOfPairs = false): (chunk: Chunk) => undefined {
  const functions = ops.map((op) => ('fn' in op ? op.fn : null))
  const slowPaths: string[] = []
  const body = emit(ops, 0, 'v0', isOfPairs, tail, slowPaths, new Set())
  const names = Object.keys(tail.bindings)
  const source = `'use strict'
const { ${ops.map((_, i) => `${i}: f${i}`).join(', ')} } = fs
const isArray = Array.isArray
${slowPaths.join('\n')}
return function loop(chunk) {
  const length = chunk.length
  for (let i0 = 0; i0 < length; i0++) {
    const v0 = chunk[i0]
    ${ops.some(callsUser) || tail.callsUser ? refusePendingCode('v0', 'an earlier operation') : ''}${body}
  }
}`
  const make = new Function('fs', 'notIterable', 'notAPair', 'promiseGiven', ...names, source)
  return make(functions, notIterable, notAPair, promiseGiven, ...names.map((name) => tail.bindings[name])) as (
    chunk: Chunk,
  ) => undefined
}

/** Code for operations from `index` on, over the record in variable `v`, which may be known to be a pair. */
function emit(
  ops: readonly ElementOp[],
  index: number,
  v: string,
  isPair: boolean,
  tail: LoopTail,
  slowPaths: string[],
  emitted: Set<number>,
): string {
  const op = ops[index]
  if (op === undefined) return tail.code(v, isPair)
  const out = `v${index + 1}`
  const rest = (record: string, isNextPair = false): string =>
    emit(ops, index + 1, record, isNextPair, tail, slowPaths, emitted)
  const restOfPair = (record: string): string => rest(record, true)
  const check = isPair ? '' : `if (${isNoPairCode(v)}) throw notAPair(${v})\n`
  const refusePending = (value: string): string => refusePendingCode(value, op.kind)
  // The value of a pair that another operation made may be a promise although the pair is none.
  const checkValue =
    isPair && ops[index - 1]?.kind === 'mapValues' ? '' : refusePendingCode(`${v}[1]`, 'an earlier operation')
  switch (op.kind) {
    case 'map':
      return `const ${out} = f${index}(${v})\n${refusePending(out)}${rest(out)}`
    case 'filter': {
      // Most functions give a boolean, which needs no look at what it is.
      const kept = `k${index}`
      return `const ${kept} = f${index}(${v})\nif (${kept} !== true && ${kept} !== false) { ${refusePending(kept)}}\nif (${kept}) {\n${rest(v, isPair)}\n}`
    }
    case 'mapValues': {
      const value = `w${index}`
      return `${check}${checkValue}const ${value} = f${index}(${v}[1])\n${refusePending(value)}const ${out} = [${v}[0], ${value}]\n${restOfPair(out)}`
    }
    case 'keyBy': {
      const key = `q${index}`
      return `const ${key} = f${index}(${v})\n${refusePending(key)}const ${out} = [${key}, ${v}]\n${restOfPair(out)}`
    }
    case 'keys':
      return `${check}const ${out} = ${v}[0]\n${rest(out)}`
    case 'values':
      return `${check}const ${out} = ${v}[1]\n${refusePendingCode(out, 'an earlier operation')}${rest(out)}`
    case 'flatMap':
      return emitFlatMap(`f${index}(${v})`, (record) => record, rest)
    case 'flatMapValues':
      return check + checkValue + emitFlatMap(`f${index}(${v}[1])`, (value) => `[${v}[0], ${value}]`, restOfPair)
  }

  function emitFlatMap(call: string, record: (value: string) => string, body: (record: string) => string): string {
    // An iterable that is no array (a string, a Set, a generator) calls a function of its own, so that the size of the code stays linear in the number of operations.
    if (!emitted.has(index)) {
      emitted.add(index)
      slowPaths.push(`function slow${index}(items, ${v}) {
  if (items == null || typeof items[Symbol.iterator] !== 'function') throw notIterable(items)
  for (const item of items) {
    ${refusePending('item')}const ${out} = ${record('item')}
    ${body(out)}
  }
}`)
    }
    const list = `a${index}`
    const at = `j${index}`
    return `const ${list} = ${call}
if (isArray(${list})) {
  for (let ${at} = 0; ${at} < ${list}.length; ${at}++) {
    const e${index} = ${list}[${at}]
    ${refusePending(`e${index}`)}const ${out} = ${record(`e${index}`)}
    ${body(out)}
  }
} else slow${index}(${list}, ${v})`
  }
}

function notIterable(value: unknown): Error {
  if (isPending(value)) return promiseGiven('flatMap')
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  return new TypeError(`the function given to flatMap returned ${kind}; it must return an array or another iterable`)
}

/** Whether an operation calls a function of the user's with each record. */
function callsUser(op: ElementOp): boolean {
  return 'fn' in op
}

/** A tail that gathers records in `out.records`. */
export function collectTail(out: { records: unknown[] }): LoopTail {
  return { code: (record) => `out.records.push(${record})`, bindings: { out } }
}
