import { groupKeyOf } from '../functions/runtime/values.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import type { DataType } from '../types/data-type.ts'

const BIG = 0xffffffffffffffffn

/** A hash of values: equal for those that `GROUP BY` puts together. */
export function hashOf(values: readonly SqlValue[], types: readonly DataType[]): number {
  let hash = 42
  for (const [index, value] of values.entries())
    hash = (Math.imul(hash, 31) + hashOfKey(groupKeyOf(types[index]!)(value))) | 0
  return hash
}

function hashOfKey(key: unknown): number {
  switch (typeof key) {
    case 'number':
      return Number.isInteger(key) ? mix(key | 0) ^ mix(Math.floor(key / 4_294_967_296) | 0) : hashOfText(String(key))
    case 'string':
      return hashOfText(key)
    case 'boolean':
      return key ? 1 : 2
    case 'bigint':
      return hashOfText(String(key & BIG))
    default:
      return 0
  }
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function hashOfText(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return mix(hash)
}
