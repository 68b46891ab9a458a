import { IllegalArgumentException } from '../../errors.ts'
import { describedRecord } from '../../task/described-record.ts'
import { KeyTable } from '../../task/key/index.ts'
import { assertPair } from '../../task/pair.ts'
import type { PartitionFunctionName } from '../../task/partition-functions.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { settled } from '../../task/settled.ts'
import { joinParts } from '../join-parts.ts'
import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'

/** How often each key, or each record, occurs; equal ones counted together. */
export async function countEach<K>(
  rdd: RDDCore<unknown>,
  operation: string,
  counting: PartitionFunctionName & ('countKeys' | 'countRecords'),
): Promise<Map<K, number>> {
  const parts = await runJob<[K, number][]>(rdd, operation, builtin(counting))
  return mergeByKey(parts, (a, b) => a + b)
}

/** The values of each key merged, in a Map on the driver. */
export async function reduceByKeyLocally<K, V>(
  rdd: RDDCore<readonly [K, V]>,
  f: (a: V, b: V) => V,
): Promise<Map<K, V>> {
  const parts = await runJob<[K, V][]>(rdd, 'reduceByKeyLocally', builtin('reduceByKeyLocally', f))
  return mergeByKey(parts, (a, b) => settled(f(a, b), 'reduceByKeyLocally'))
}

/** All pairs as a Map: of pairs with equal keys the last one counts. */
export async function collectAsMap<K, V>(rdd: RDDCore<readonly [K, V]>): Promise<Map<K, V>> {
  const parts = await runJob<[K, V][]>(rdd, 'collectAsMap', { kind: 'collect' })
  for (const part of parts) for (const record of part) assertPair(record)
  return mergeByKey(parts, (_, later) => later)
}

/** Keys are told apart by value, so that the Map has one entry for `[1, 2]` and another `[1, 2]`. */
export function mergeByKey<K, V>(
  parts: readonly (readonly (readonly [K, V])[])[],
  merge: (a: V, b: V) => V,
): Map<K, V> {
  const merged = new KeyTable<V, K>()
  for (const part of parts) for (const [key, value] of part) merged.merge(key, value, merge)
  return new Map(merged.pairs())
}

/** The values of one key; looks at one partition where a partitioner says which. */
export async function lookup<K, V>(rdd: RDDCore<readonly [K, V]>, key: K): Promise<V[]> {
  const properties = rdd.context.jobProperties('lookup')
  const { partitioner } = await rdd.resolve()
  const partitions = partitioner ? { partitions: [partitionOf(key, partitioner)] } : {}
  const parts = await runJob<V[]>(rdd, 'lookup', builtin('valuesOfKey', key), { ...partitions, properties })
  return joinParts(parts)
}

/** @throws IllegalArgumentException where a partitioner gives a number that no partition has. */
function partitionOf(key: unknown, partitioner: Partitioner<never>): number {
  const partition: unknown = partitioner.getPartition(key as never)
  if (Number.isInteger(partition) && (partition as number) >= 0 && (partition as number) < partitioner.numPartitions) {
    return partition as number
  }
  throw new IllegalArgumentException(
    'NO_SUCH_PARTITION',
    `${partitioner.constructor.name}.getPartition gave ${describedRecord(partition)} for the key of lookup, but there are ` +
      `${partitioner.numPartitions} partitions: it must give a whole number from 0 to ${partitioner.numPartitions - 1}`,
  )
}
