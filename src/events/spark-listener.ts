import type { EngineEvent } from '../engine/engine.ts'
import { log } from '../log.ts'

/** A job began. */
export interface SparkListenerJobStart {
  readonly jobId: number
  /** The action and the user's line, for instance `count at app.ts:3:9`. */
  readonly callSite: string
  /** The job group, or null. */
  readonly group: string | null
}

/** A job ended. */
export interface SparkListenerJobEnd {
  readonly jobId: number
  /** Whether it failed or was cancelled. */
  readonly failed: boolean
}

/** A stage began: `taskCount` tasks are to run. */
export interface SparkListenerStageSubmitted {
  readonly stageId: number
  /** The operation that ends the stage, with the user's line. */
  readonly name: string
  readonly taskCount: number
}

/** A stage ended. */
export interface SparkListenerStageCompleted {
  readonly stageId: number
}

/** What can be heard of a SparkContext's work (Spark's `SparkListener`); implement what you need. */
export interface SparkListener {
  /** An action began a job. */
  onJobStart?(event: SparkListenerJobStart): void
  /** A job is over, whether it succeeded or not. */
  onJobEnd?(event: SparkListenerJobEnd): void
  /** A stage's tasks are about to run. */
  onStageSubmitted?(event: SparkListenerStageSubmitted): void
  /** A stage is over. */
  onStageCompleted?(event: SparkListenerStageCompleted): void
}

/** Passes engine events to listeners. A listener that throws is logged and keeps nobody else from hearing. */
export class ListenerBus {
  readonly #listeners = new Set<SparkListener>()

  add(listener: SparkListener): void {
    this.#listeners.add(listener)
  }

  remove(listener: SparkListener): void {
    this.#listeners.delete(listener)
  }

  post(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        deliver(listener, event)
      } catch (error) {
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
        log('ERROR', 'ListenerBus', `Listener ${listener.constructor.name} threw an exception: ${reason}`)
      }
    }
  }
}

function deliver(listener: SparkListener, event: EngineEvent): void {
  switch (event.kind) {
    case 'jobStarted':
      listener.onJobStart?.({ jobId: event.jobId, callSite: event.callSite, group: event.group })
      return
    case 'jobEnded':
      listener.onJobEnd?.({ jobId: event.jobId, failed: event.failed })
      return
    case 'stageStarted':
      listener.onStageSubmitted?.({ stageId: event.stageId, name: event.name, taskCount: event.taskCount })
      return
    case 'stageEnded':
      listener.onStageCompleted?.({ stageId: event.stageId })
      return
    case 'stageProgress':
      return
  }
}
