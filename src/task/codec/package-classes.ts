import { PACKAGE_RECORD_CLASSES } from '../../mllib/records/record-classes.ts'
import type { ClassTable } from './class-table.ts'

const byId: ReadonlyMap<string, ReturnType<ClassTable['byId']>> = new Map(Object.entries(PACKAGE_RECORD_CLASSES))
const ids = new Map([...byId].map(([id, ctor]) => [ctor, id]))

/** Tables that know this package's record classes, or are not to know them. */
const complete = new WeakSet<ClassTable>()

/** A class table that knows this package's own record classes beside those of the user: they are loaded wherever there is a codec. */
export function withPackageClasses(classes: ClassTable | undefined): ClassTable {
  if (classes !== undefined && complete.has(classes)) return classes
  return asComplete({
    idOf: (ctor) => ids.get(ctor) ?? classes?.idOf(ctor),
    byId: (id) => byId.get(id) ?? classes?.byId(id),
  })
}

/** The part of a table that gives these classes alone. */
export function onlyClasses(classes: ClassTable, allowed: ReadonlySet<string>): ClassTable {
  return asComplete({
    idOf: (ctor) => classes.idOf(ctor),
    byId: (id) => (allowed.has(id) ? classes.byId(id) : undefined),
  })
}

function asComplete(table: ClassTable): ClassTable {
  complete.add(table)
  return table
}
