// The public root. A comment that stands alone begins a group.

// Contexts, their settings and shared variables

export { SparkContext } from './context/spark-context.ts'
export type { SchedulerPool } from './engine/engine.ts'
export type { EventKind, EventOf, MillstreamEvent } from './events/millstream-event.ts'
export { SparkListener } from './events/spark-listener.ts'
export type {
  BlockManagerId,
  ListenerEventsDropped,
  SparkListenerApplicationEnd,
  SparkListenerApplicationStart,
  SparkListenerBlockManagerAdded,
  SparkListenerBlockManagerRemoved,
  SparkListenerBlockUpdated,
  SparkListenerEnvironmentUpdate,
  SparkListenerExecutorAdded,
  SparkListenerExecutorRemoved,
  SparkListenerJobEnd,
  SparkListenerJobStart,
  SparkListenerStageCompleted,
  SparkListenerStageSubmitted,
  SparkListenerTaskEnd,
  SparkListenerTaskStart,
  SparkListenerUnpersistRDD,
  SparkTaskMetrics,
  StageInfo,
  TaskInfo,
} from './events/spark-listener-events.ts'
export { type LogLevel, type LogLine, setLogDestination } from './log.ts'
export type { RDDInfo } from './rdd/rdd-info.ts'
export type { HadoopConfiguration } from './settings/hadoop-configuration.ts'
export { type SettingValue, SparkConf } from './settings/spark-conf.ts'
export { Accumulator, type AccumulatorParam } from './shared-variables/accumulator.ts'
export { AccumulatorV2 } from './shared-variables/accumulator-v2.ts'
export { Broadcast } from './shared-variables/broadcast.ts'
export { CollectionAccumulator } from './shared-variables/collection-accumulator.ts'
export { DoubleAccumulator, LongAccumulator } from './shared-variables/sum-accumulator.ts'
export type { SparkStageInfo, SparkStatusTracker } from './status/status-tracker.ts'

// RDDs

export type { ApproximateEvaluator } from './rdd/actions/approximate-job.ts'
export { BoundedDouble } from './rdd/actions/bounded-double.ts'
export { FutureAction } from './rdd/actions/future-action.ts'
export { PartialResult } from './rdd/actions/partial-result.ts'
export {
  Dependency,
  NarrowDependency,
  OneToOneDependency,
  type Partition,
  RangeDependency,
  ShuffleDependency,
} from './rdd/dependency.ts'
export type { AsyncFunctionRefused } from './rdd/inferred-types.ts'
export type { PartitionerChoice } from './rdd/operations/default-partitioner.ts'
export type { PipeOptions } from './rdd/operations/pipe.ts'
export type { KeyFractions } from './rdd/operations/sampling.ts'
export { type PartitionCoalescer, PartitionGroup } from './rdd/partition-coalescer.ts'
export { RDD } from './rdd/rdd.ts'
export type { CompressionCodec, SequenceFileOptions } from './rdd/saving/saving.ts'
export type { PartitionIterator, PartitionResult } from './task/iterator.ts'
export { Ordering } from './task/ordering.ts'
export { HashPartitioner, Partitioner, RangePartitioner, type RangeSource } from './task/partitioner.ts'
export { SparkFiles } from './task/spark-files.ts'
export { StatCounter } from './task/stat-counter.ts'
export { State } from './task/state/state.ts'
export { StorageLevel } from './task/storage-level.ts'
export { TaskContext } from './task/task-context.ts'

// DStreams

export type { BatchInfo, OutputOperationInfo, ReceiverInfo } from './batches/batch-info.ts'
export { CheckpointMismatchError, CheckpointWriteError, CorruptCheckpointError } from './batches/checkpoint/errors.ts'
export type { PlainData } from './batches/checkpoint/plain-data.ts'
export { type Clock, SystemClock } from './batches/clock.ts'
export {
  Duration,
  type DurationLike,
  Durations,
  Milliseconds,
  Minutes,
  Seconds,
} from './batches/duration.ts'
export type { StreamInputInfo } from './batches/input-info-tracker.ts'
export { Interval } from './batches/interval.ts'
export {
  StreamingListener,
  type StreamingListenerBatchCompleted,
  type StreamingListenerBatchStarted,
  type StreamingListenerBatchSubmitted,
  type StreamingListenerOutputOperationCompleted,
  type StreamingListenerOutputOperationStarted,
  type StreamingListenerReceiverError,
  type StreamingListenerReceiverStarted,
  type StreamingListenerReceiverStopped,
  type StreamingListenerStreamingStarted,
} from './batches/streaming-listener.ts'
export { Time } from './batches/time.ts'
export { WriteAheadLogError } from './batches/wal/errors.ts'
export {
  WriteAheadLog,
  type WriteAheadLogClass,
  type WriteAheadLogRecordHandle,
} from './batches/wal/write-ahead-log.ts'
export type { RecoveredRun } from './dstream/checkpoint/recovered-run.ts'
export type { RecoveryOptions } from './dstream/checkpoint/recovery.ts'
export { DStream, type DStreamContext } from './dstream/dstream.ts'
export { InputDStream } from './dstream/input-dstream.ts'
export type { OutputWriter } from './dstream/print/output-writer.ts'
export { type SimpleMapping, StateSpec, type TimedMapping } from './dstream/state/state-spec.ts'
export type { MapWithStateDStream } from './dstream/state-operations.ts'
export type {
  BatchPlan,
  BatchSource,
  FilePartition,
  InputInfo,
  InputLag,
  PartitionReader,
  RateLimit,
  ReadPartition,
  SourcePartition,
} from './sources/batch-source.ts'
export { DirectInputDStream } from './sources/direct-input-dstream.ts'
export type { FileFormat, FileStreamOptions } from './sources/files/file-input-dstream.ts'
export { ConstantInputDStream } from './sources/queue/constant-input-dstream.ts'
export type { BatchQueue } from './sources/queue/queue-input-dstream.ts'
export { Receiver, type RecordClass } from './sources/receiver/receiver.ts'
export { ReceiverInputDStream } from './sources/receiver/receiver-input-dstream.ts'
export type { SocketConverter } from './sources/socket/converting-socket-receiver.ts'
export type { RawSocketOptions } from './sources/socket/socket-input-dstream.ts'
export type { TailStreamOptions } from './sources/tail/tail-input-dstream.ts'
export { StatsReportListener } from './streaming/stats-report-listener.ts'
export { type StopOptions, StreamingContext, type StreamingContextOptions } from './streaming/streaming-context.ts'
export { StreamingContextState } from './streaming/streaming-context-state.ts'

// Files

export type {
  CreateOptions,
  DeleteOptions,
  FileStatus,
  FileSystem,
  InputFile,
  LogFile,
  OutputFile,
} from './files/file-system.ts'
export type { FileSystemModuleFactory, FileSystemReference } from './files/file-system-reference.ts'
export { type FileSystemFactory, registerFileSystem } from './files/file-systems.ts'

// Errors

export { ClosureError } from './closure/wire/closure-error.ts'
export { JobCancelledException } from './engine/job-cancelled.ts'
export {
  IllegalArgumentException,
  IllegalStateException,
  MillstreamError,
  SparkException,
  UnsupportedOperationException,
} from './errors.ts'
export {
  FileAlreadyExistsException,
  FileNotFoundException,
  InvalidInputException,
  IOException,
  UnsupportedFileSystemException,
} from './files/errors.ts'
export { RecordNotSerializableError } from './task/codec/errors.ts'
export { NoSuchElementException } from './task/errors.ts'
export { KeyNotHashableError } from './task/key/errors.ts'
export { NotComparableError } from './task/ordering.ts'
export { SequenceFileError } from './task/sequence/errors.ts'
