/** What generated code calls: `rt.addLong(a, b)`. */

export { typeOfJson } from '../../types/type-json.ts'
export * from './calendar.ts'
export * from './casts.ts'
export * from './collections.ts'
export * from './date-time.ts'
export * from './decimal.ts'
export * from './double-text.ts'
export * from './errors.ts'
export * from './int64.ts'
export * from './numbers.ts'
export * from './text.ts'
export * from './values.ts'
