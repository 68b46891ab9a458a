import type { ClosureRebuilder } from '../closure/worker/index.ts'
import type { ClassTable } from './codec/index.ts'
import { ClassNotRebuiltError } from './codec/index.ts'

/** The classes of records on a worker: those that it has rebuilt. */
export function workerClasses(rebuilder: ClosureRebuilder): ClassTable {
  return {
    idOf: (ctor) => rebuilder.classIdOf(ctor),
    byId(id) {
      const found = rebuilder.classById(id)
      if (found !== undefined) return found as ReturnType<ClassTable['byId']>
      const failure = rebuilder.classFailure(id)
      if (failure !== undefined) throw new ClassNotRebuiltError(failure.name, failure.error)
      return undefined
    },
  }
}
