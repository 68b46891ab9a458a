import { positionOf } from './function-facts.ts'
import { functionText, isNativeText } from './function-source.ts'
import { builtinReference } from './references.ts'

/** Also for the classes that Node keeps to itself, such as that of a timer. */
export function isBuiltinClass(owner: object): boolean {
  if (isNativeText(functionText(owner)) || builtinReference(owner) !== undefined) return true
  return isBuiltinUrl(positionOf(owner)?.url)
}

export function isBuiltinUrl(url: string | undefined): boolean {
  return url?.startsWith('node:') === true
}
