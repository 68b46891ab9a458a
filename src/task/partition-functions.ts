import { MillstreamError } from '../errors.ts'
import * as approximate from './partition-functions/approximate.ts'
import * as checkpoint from './partition-functions/checkpoint.ts'
import * as keyed from './partition-functions/keyed.ts'
import * as numbers from './partition-functions/numbers.ts'
import { pipeThrough } from './partition-functions/pipe.ts'
import { dealRoundRobin } from './partition-functions/round-robin.ts'
import * as sampling from './partition-functions/sampling.ts'
import * as saving from './partition-functions/saving.ts'
import * as sequence from './partition-functions/sequence.ts'
import * as top from './partition-functions/top-records.ts'
import * as whole from './partition-functions/whole-partition.ts'
import { packState } from './state/packed-state.ts'
import * as stateContents from './state/state-contents.ts'
import * as state from './state/state-operations.ts'

/**
 * A partition-wise operation of ours, run where the records are: (records, partition, ...args), for `zipPartitions` with an array
 * of one iterator per parent in place of the records. As a narrow operation it gives an iterable, perhaps asynchronous; as a sink it gives a value or a promise of one.
 */
export type BuiltinPartitionFunction = (...parameters: never[]) => unknown

const FUNCTIONS = {
  approximateDistinct: approximate.approximateDistinct,
  approximateDistinctByKey: approximate.approximateDistinctByKey,
  changesOfState: checkpoint.changesOfState,
  combineByKey: keyed.combineByKey,
  countIntervals: numbers.countIntervals,
  countKeys: keyed.countKeys,
  countRegisters: approximate.countRegisters,
  countRecords: keyed.countRecords,
  dealRoundRobin,
  distinctRecords: keyed.distinctRecords,
  encodePartition: saving.encodePartition,
  foldPartition: whole.foldPartition,
  greatestRecord: top.greatestRecord,
  greatestRecords: top.greatestRecords,
  joinPairs: keyed.joinPairs,
  keyByGroup: whole.keyByGroup,
  keysBetween: whole.keysBetween,
  keysOfBoth: keyed.keysOfBoth,
  latestState: checkpoint.latestState,
  leastRecord: top.leastRecord,
  leastRecords: top.leastRecords,
  mapWithState: state.stateZips.mapWithState,
  mergedChanges: stateContents.mergedChanges,
  numberRecords: whole.numberRecords,
  numberRecordsApart: whole.numberRecordsApart,
  packState,
  pairsOnlyLeft: keyed.pairsOnlyLeft,
  pipeThrough,
  rangeOfNumbers: numbers.rangeOfNumbers,
  reduceByKeyLocally: keyed.reducePartitionByKey,
  reducePartition: whole.reducePartition,
  reservoirOfKeys: sampling.reservoirOfKeys,
  restoreState: state.restoreState,
  sampleByKey: sampling.samplePartitionByKey,
  sampleCell: sampling.sampleCell,
  samplePoisson: sampling.samplePoisson,
  sampleQuotas: sampling.sampleQuotas,
  saveCheckpointPart: checkpoint.saveCheckpointPart,
  savePartitionAsRecords: saving.savePartitionAsRecords,
  savePartitionAsText: saving.savePartitionAsText,
  savePartitionAsSequence: sequence.savePartitionAsSequence,
  sendPartitionAsRecords: saving.sendPartitionAsRecords,
  sendPartitionAsText: saving.sendPartitionAsText,
  slideWindow: state.stateZips.slideWindow,
  sortByKey: whole.sortPartitionByKey,
  stateChanges: state.stateChanges,
  stateEntries: state.stateEntries,
  stateOutputs: state.stateOutputs,
  statsOfNumbers: numbers.statsOfNumbers,
  sumOfNumbers: numbers.sumOfNumbers,
  updateState: state.stateZips.updateState,
  valuesOfKey: keyed.valuesOfKey,
  withIndex: whole.withIndex,
  withoutIndex: whole.withoutIndex,
  writablesOfFirst: sequence.writablesOfFirst,
  zipRecords: whole.zipRecords,
} as const satisfies Readonly<Record<string, BuiltinPartitionFunction>>

/** The names of the operations there are. */
export type PartitionFunctionName = keyof typeof FUNCTIONS

/** The operation of that name, for `builtin` narrow operations, zip functions and sinks. */
export function partitionFunction(name: string): BuiltinPartitionFunction {
  if (!Object.hasOwn(FUNCTIONS, name)) {
    throw new MillstreamError('UNKNOWN_PARTITION_FUNCTION', `there is no partition function '${name}'`)
  }
  return FUNCTIONS[name as PartitionFunctionName]
}

/** A call of an operation as a program holds it; names are checked by the compiler. */
export function builtin(
  name: PartitionFunctionName,
  ...args: readonly unknown[]
): { readonly kind: 'builtin'; readonly name: PartitionFunctionName; readonly args: readonly unknown[] } {
  return { kind: 'builtin', name, args }
}
