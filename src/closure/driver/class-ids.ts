import { createHash } from 'node:crypto'
import type { Reference } from '../wire/format.ts'
import type { Position } from './function-facts.ts'

const ids = new WeakMap<object, string>()
const classes = new Map<string, WeakRef<object>>()
/** How many classes one place in a script has made. An identity is never given again: workers may still have the class that had it. */
const counts = new Map<string, number>()

/** A class that a function makes each time it is called comes and goes; its entry goes with it. */
const collected = new FinalizationRegistry<string>((id) => classes.delete(id))

/** The identity of a user's class: its place, and a number when one place makes several classes (a mixin, a class within a function). */
export function classId(owner: object, { url, line, column }: Position): string {
  return ids.get(owner) ?? newId(owner, `${url}:${line}:${column}`)
}

/** The identity of a class of a package, which workers import. */
export function installedClassId(owner: object, reference: Reference): string {
  return ids.get(owner) ?? newId(owner, JSON.stringify(reference))
}

function newId(owner: object, place: string): string {
  const hash = createHash('sha1').update(place).digest('base64url').slice(0, 12)
  const count = (counts.get(hash) ?? 0) + 1
  counts.set(hash, count)
  const id = count === 1 ? hash : `${hash}.${count}`
  ids.set(owner, id)
  classes.set(id, new WeakRef(owner))
  collected.register(owner, id)
  return id
}

/** The common data of all classes that one place in a script has made. */
export function placeOfClass(id: string): string {
  return id.slice(0, 12)
}

/** On the driver: the identity of a class that has been captured, under which its instances travel. */
export function classIdOf(owner: object): string | undefined {
  return ids.get(owner)
}

/** On the driver: the class of that identity. */
export function classById(id: string): object | undefined {
  return classes.get(id)?.deref()
}
