import { createHash } from 'node:crypto'
import type { Position } from './function-facts.ts'

const ids = new WeakMap<object, string>()
const classes = new Map<string, WeakRef<object>>()

/** The identity of a user's class: its place, and a number when one place makes several classes (a mixin). */
export function classId(owner: object, position: Position): string {
  const known = ids.get(owner)
  if (known !== undefined) return known
  const place = createHash('sha1').update(`${position.url}:${position.line}:${position.column}`).digest('base64url')
  let id = place.slice(0, 12)
  for (let count = 2; classes.get(id)?.deref() !== undefined; count++) id = `${place.slice(0, 12)}.${count}`
  ids.set(owner, id)
  classes.set(id, new WeakRef(owner))
  return id
}

/** On the driver: the identity of a class that has been captured, under which its instances travel. */
export function classIdOf(owner: object): string | undefined {
  return ids.get(owner)
}

/** On the driver: the class of that identity. */
export function classById(id: string): object | undefined {
  return classes.get(id)?.deref()
}
