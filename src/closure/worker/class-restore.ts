import { VOID_ARGUMENTS } from '../wire/void-arguments.ts'

type AnyFunction = (...args: unknown[]) => unknown

/** Reaches into a class's private members; the class's own code fills it in. */
export interface ClassRestore {
  on: boolean
  set(object: object, values: readonly unknown[]): void
  get(object: object): unknown[]
  setStatics(values: readonly unknown[]): void
  /** Runs source text where the class's private names are known. */
  evaluate(text: string): unknown
}

/** Runs a class's constructor in restore mode: its fields come to be, nothing of the user's code runs. */
export function constructBare(owner: AnyFunction, restore: ClassRestore, prototype: object): object {
  const target = function bare() {}
  target.prototype = prototype
  restore.on = true
  try {
    return Reflect.construct(owner, VOID_ARGUMENTS, target) as object
  } finally {
    restore.on = false
  }
}
