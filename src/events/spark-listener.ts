import type { MillstreamEvent } from './millstream-event.ts'
import type {
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
} from './spark-listener-events.ts'

/**
 * Gets the events of a SparkContext (Spark's `SparkListener`): extend the class, or pass an object with the methods that matter. Only events for whose
 * method the listener has one when it is added are made.
 *
 * Events come in order, after the fact, and never within the code that they are about. A method may be async: later events wait until its promise is
 * settled, up to `spark.scheduler.listenerbus.eventqueue.capacity` of them. What a method throws, or its promise rejects with, is logged and changes
 * nothing.
 */
export abstract class SparkListener {
  /** The context was made. Listeners that are added in the same turn of the event loop get this event. */
  onApplicationStart?(event: SparkListenerApplicationStart): void
  /** The context was stopped. */
  onApplicationEnd?(event: SparkListenerApplicationEnd): void
  /** The settings of the application; told with `onApplicationStart`. */
  onEnvironmentUpdate?(event: SparkListenerEnvironmentUpdate): void
  /** An action began a job. */
  onJobStart?(event: SparkListenerJobStart): void
  /** A job is over, whether it succeeded or not. */
  onJobEnd?(event: SparkListenerJobEnd): void
  /** A stage's tasks are about to run. */
  onStageSubmitted?(event: SparkListenerStageSubmitted): void
  /** A stage is over. */
  onStageCompleted?(event: SparkListenerStageCompleted): void
  /** A task was sent to a worker; not told on `sc://`. */
  onTaskStart?(event: SparkListenerTaskStart): void
  /** A task is over. The event has its measurements; there is none on `sc://`. */
  onTaskEnd?(event: SparkListenerTaskEnd): void
  /** A partition of a persisted RDD was kept, moved or lost; not told on `sc://`. */
  onBlockUpdated?(event: SparkListenerBlockUpdated): void
  /** An RDD was unpersisted: no partition of it is kept any more. */
  onUnpersistRDD?(event: SparkListenerUnpersistRDD): void
  /** A worker is up; not told on `sc://`. */
  onExecutorAdded?(event: SparkListenerExecutorAdded): void
  /** A worker died; another one takes its place. Not told on `sc://`. */
  onExecutorRemoved?(event: SparkListenerExecutorRemoved): void
  /** A worker that keeps persisted partitions is up; not told on `sc://`. */
  onBlockManagerAdded?(event: SparkListenerBlockManagerAdded): void
  /** A worker died with the partitions that it kept as objects; not told on `sc://`. */
  onBlockManagerRemoved?(event: SparkListenerBlockManagerRemoved): void
  /** Gets every event that has no method of its own: events of streams, and progress of stages. */
  onOtherEvent?(event: MillstreamEvent): void
  /** The listener fell behind and missed events; called in their place. Its own: Spark only logs it. */
  onEventsDropped?(event: ListenerEventsDropped): void
}
