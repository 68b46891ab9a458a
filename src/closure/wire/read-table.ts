import { deserialize } from 'node:v8'
import type { Table } from './format.ts'

/** Reads the table that a payload's bytes hold. */
export function readTable(bytes: Uint8Array): Table {
  return deserialize(bytes) as Table
}
