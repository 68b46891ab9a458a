export { ClosureError, REFUSE, SHIP } from './closure-error.ts'
export type { SerializedError, SerializedThrown } from './error-data.ts'
export type { CellUpdate, ClassName, ClosurePayload } from './payload.ts'
