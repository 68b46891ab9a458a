import { MillstreamError } from '../errors.ts'

/**
 * A partition-wise operation of ours, run where the records are. As a narrow operation it gives an iterable, perhaps asynchronous; as a
 * sink it gives a value or a promise of one.
 */
export type BuiltinPartitionFunction = (
  records: IterableIterator<unknown>,
  partition: number,
  ...args: readonly never[]
) => unknown

const functions: Readonly<Record<string, BuiltinPartitionFunction>> = {}

/** The operation of that name, for `builtin` narrow operations and sinks. */
export function partitionFunction(name: string): BuiltinPartitionFunction {
  const found = functions[name]
  if (!found) throw new MillstreamError('UNKNOWN_PARTITION_FUNCTION', `there is no partition function '${name}'`)
  return found
}
