import { ClosureError } from '../wire/closure-error.ts'

/** How the capture came to a value: from the root through variables and properties. */
export interface Trail {
  readonly parent: Trail | undefined
  readonly step:
    | { readonly kind: 'function'; readonly fn: object }
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'member'; readonly name: string }
}

const IDENTIFIER = /^[\p{ID_Start}$_#][\p{ID_Continue}$]*$/u

export function variable(parent: Trail | undefined, name: string): Trail {
  return { parent, step: { kind: 'variable', name } }
}

export function member(parent: Trail | undefined, key: PropertyKey): Trail {
  const name =
    typeof key === 'string' && IDENTIFIER.test(key)
      ? `.${key}`
      : typeof key === 'symbol'
        ? `[${String(key)}]`
        : `[${typeof key === 'string' && !/^\d+$/.test(key) ? JSON.stringify(key) : String(key)}]`
  return { parent, step: { kind: 'member', name } }
}

export function within(parent: Trail | undefined, fn: object): Trail {
  return { parent, step: { kind: 'function', fn } }
}

/** Why a value is refused, in the words that follow "which" in the error, and what the user can do about it. */
export interface Refusal {
  readonly what: string
  readonly hint: string
}

/** Makes the error for a value that cannot travel, with its path from the user's function. */
export function refuse(
  trail: Trail | undefined,
  refusal: Refusal,
  describe: {
    readonly type: string
    readonly place: (fn: object) => string | undefined
    readonly where: string | undefined
  },
): ClosureError {
  const steps: Trail['step'][] = []
  for (let at = trail; at !== undefined; at = at.parent) steps.unshift(at.step)
  const first = steps.findIndex((step) => step.kind === 'function')
  const outer = first < 0 ? undefined : (steps[first] as { fn: object }).fn
  const place = outer === undefined ? describe.where : (describe.place(outer) ?? describe.where)
  const path = spellPath(first < 0 ? steps : steps.slice(first + 1))
  const what = outer === undefined ? 'the value' : 'the function'
  const name = path.root === '' ? 'it is' : `it uses '${path.root}'`
  const kind = path.root === '' ? ` ${describe.type}` : path.full === path.root ? ` (${describe.type})` : ''
  const reached = path.full === path.root ? '' : ` through ${path.full} (${describe.type})`
  const at = place === undefined ? '' : ` at ${place}`
  return new ClosureError(
    `cannot ship ${what}${at} to a worker: ${name}${kind}${reached}, which ${refusal.what}; ${refusal.hint}`,
  )
}

/** Variables of nested functions are joined by arrows: `save -> db.client.socket`. */
function spellPath(steps: readonly Trail['step'][]): { readonly root: string; readonly full: string } {
  let root = ''
  let full = ''
  for (const step of steps) {
    if (step.kind === 'function') continue
    if (step.kind === 'variable') {
      full = full === '' ? step.name : `${full} -> ${step.name}`
      if (root === '') root = step.name
    } else {
      full += full === '' ? step.name.replace(/^\./, '') : step.name
      if (root === '') root = full
    }
  }
  return { root, full }
}
