import { int64 } from '../functions/runtime/int64.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import { LongType } from '../types/data-type.ts'
import { batchesOf, type ColumnBatch } from './column-batch.ts'

/** The numbers of some of the partitions of a range, cut as Spark cuts it. */
export function* rangeBatches(
  start: bigint,
  end: bigint,
  step: bigint,
  partitions: number,
  indexes: Iterable<number>,
): Generator<ColumnBatch> {
  const distance = end - start
  const isEmpty = distance === 0n || distance > 0n !== step > 0n
  const count = isEmpty ? 0n : (distance + (step > 0n ? step - 1n : step + 1n)) / step
  const numbers = function* (): Generator<SqlValue[]> {
    for (const index of indexes) {
      const from = (BigInt(index) * count) / BigInt(partitions)
      const until = (BigInt(index + 1) * count) / BigInt(partitions)
      for (let i = from; i < until; i++) yield [int64(start + i * step)]
    }
  }
  yield* batchesOf(numbers(), [LongType])
}
