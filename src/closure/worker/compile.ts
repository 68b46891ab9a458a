import { compileFunction } from 'node:vm'
import type { Code } from '../wire/format.ts'
import type { ClassRestore } from './class-restore.ts'

type AnyFunction = (...args: unknown[]) => unknown

const MAX_FACTORIES = 5000

/**
 * The text of a factory's body: given the outer variables it returns the function, or, when some of them come later, the function and what
 * sets those.
 */
function factoryBody(
  { expression, isStrict, parameters, lead }: Code,
  late: readonly number[],
): { readonly text: string; readonly lead: number } {
  const start = `${isStrict ? '"use strict";' : ''}return ${late.length > 0 ? '[' : ''}`
  const values = late.map((_, at) => `$${at}`)
  const sets = late.map((parameter, at) => `${parameters[parameter]}=$${at}`)
  const end = late.length > 0 ? `,(${values.join()})=>{${sets.join(';')}}]` : ''
  return { text: start + expression + end, lead: start.length + lead }
}

/** Compiles the text of a function, once per text. */
export function compile(code: Code, late: readonly number[], factories: Map<string, AnyFunction>): AnyFunction {
  const { expression, parameters, filename, line, column, isStrict } = code
  const key = `${isStrict}|${parameters.join()}|${late.join()}|${filename}|${line}|${column}|${expression}`
  const known = factories.get(key)
  if (known !== undefined) return known
  const body = factoryBody(code, late)
  const factory = compileFunction(body.text, [...parameters], {
    filename,
    lineOffset: line,
    columnOffset: column - body.lead,
  }) as AnyFunction
  if (factories.size >= MAX_FACTORIES) factories.delete(factories.keys().next().value as string)
  factories.set(key, factory)
  return factory
}

/** Compiles a function that uses private names of the class that it was written in. Line and column are kept by filling up. */
export function compileWithin(code: Code, late: readonly number[], restore: ClassRestore): AnyFunction {
  const body = factoryBody(code, late)
  const head = `(function(${code.parameters.join()}){`
  const fill = '\n'.repeat(code.line) + ' '.repeat(Math.max(0, code.column - head.length - body.lead))
  return restore.evaluate(`${fill}${head}${body.text}})\n//# sourceURL=${code.filename}`) as AnyFunction
}
