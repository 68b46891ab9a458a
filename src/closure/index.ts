export {
  type CaptureOptions,
  type CellUpdate,
  type ClosurePayload,
  captureClosures,
  warmUpClosures,
} from './capture.ts'
export { classById, classIdOf } from './class-ids.ts'
export { ClosureError, REFUSE, SHIP } from './closure-error.ts'
export { reviveError, type SerializedError, type SerializedThrown, serializeError } from './error-transfer.ts'
export { ClosureRebuilder } from './rebuilder.ts'
export { RecentlyUsed } from './recently-used.ts'
export { type ModuleUse, modulesIn, type ShippedObject, shippedIn } from './shipped.ts'
export type { SourceLocation } from './source-map.ts'
export { functionLocation } from './source-position.ts'
export { callSite } from './stack.ts'
