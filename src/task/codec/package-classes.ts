import { PACKAGE_RECORD_CLASSES } from '../../mllib/records/record-classes.ts'
import type { ClassTable } from './class-table.ts'

const byId: ReadonlyMap<string, ReturnType<ClassTable['byId']>> = new Map(Object.entries(PACKAGE_RECORD_CLASSES))
const ids = new Map([...byId].map(([id, ctor]) => [ctor, id]))

/** A class table that knows this package's own record classes beside those of the user: they are loaded wherever there is a codec. */
export function withPackageClasses(classes: ClassTable | undefined): ClassTable {
  return {
    idOf: (ctor) => ids.get(ctor) ?? classes?.idOf(ctor),
    byId: (id) => byId.get(id) ?? classes?.byId(id),
  }
}
