// The test kit, for use with any test runner.

export { ManualClock } from '../batches/manual-clock.ts'
export { type CollectedBatch, Collector } from './collector.ts'
export { ListenerLog, type LoggedEvent } from './listener-log.ts'
export { type RunBatchesOptions, runBatches } from './run-batches.ts'
export { StreamingHarness, type StreamingHarnessOptions } from './streaming-harness.ts'
export { TextOutput } from './text-output.ts'
