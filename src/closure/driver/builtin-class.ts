import { positionOf } from './function-facts.ts'
import { functionText, isNativeText } from './function-source.ts'
import { builtinReference } from './references.ts'

/** Whether Node or JavaScript itself brings a class. Internal classes of Node count too, such as the class of a timer. */
export function isBuiltinClass(owner: object): boolean {
  if (isNativeText(functionText(owner)) || builtinReference(owner) !== undefined) return true
  return isBuiltinUrl(positionOf(owner)?.url)
}

export function isBuiltinUrl(url: string | undefined): boolean {
  return url?.startsWith('node:') === true
}
