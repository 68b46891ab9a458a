import { builtin } from '../../task/partition-functions.ts'
import type { RDDCore } from '../rdd-core.ts'
import { require } from '../requirement.ts'
import { combineWith } from './combine-by-key.ts'
import type { PartitionerRule } from './default-partitioner.ts'
import { narrow } from './narrow.ts'

/** The count of each key's distinct values from 2^precision bytes per key. */
export function countApproxDistinctByKey<K>(
  rdd: RDDCore<readonly [K, unknown]>,
  precision: number,
  partitionerOf: PartitionerRule,
): RDDCore<[K, number]> {
  const operation = 'countApproxDistinctByKey'
  const kept = { preservesPartitioning: true }
  const sketches = narrow<[K, Uint8Array]>(rdd, operation, builtin('approximateDistinctByKey', precision), {
    ...kept,
    isHidden: true,
  })
  const merged = combineWith<K, Uint8Array>(sketches, operation, { kind: 'reduce', merge: maxOfEach }, partitionerOf)
  return narrow<[K, number]>(merged, operation, builtin('countRegisters', precision), kept)
}

const maxOfEach = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((register, i) => Math.max(register, b[i]!))

/** The number of registers, as a power of two, whose error is no larger. */
export function precisionFor(relativeSD: number): number {
  require(relativeSD > 0.000017, `accuracy (${relativeSD}) must be greater than 0.000017`)
  return Math.max(4, Math.ceil((2 * Math.log(1.054 / relativeSD)) / Math.LN2))
}

/** Registers beyond this take more memory than a partition's records. */
const MAX_PRECISION = 30

/** The precision that a caller chose. @param sp that of the sparse form, 0 for none. */
export function checkedPrecision(p: number, sp: number): number {
  require(Number.isInteger(p) && p >= 4, `p (${p}) must be >= 4`)
  require(p <= MAX_PRECISION, `p (${p}) must be <= ${MAX_PRECISION}`)
  require(Number.isInteger(sp) && sp <= 32, `sp (${sp}) must be <= 32`)
  require(sp === 0 || p <= sp, `p (${p}) cannot be greater than sp (${sp})`)
  return p
}
