export { ClosureRebuilder } from './rebuilder.ts'
export { RecentlyUsed } from './recently-used.ts'
export { serializeError } from './serialize-error.ts'
