import type { EventTime } from './event-time.ts'

/** A SparkContext was made. Told in the turn of the event loop after its constructor, so that listeners added at once hear it. */
export interface ApplicationStarted extends EventTime {
  readonly kind: 'applicationStarted'
  readonly appId: string
  readonly appName: string
  readonly master: string
}

/** A SparkContext was stopped. This is the last event. */
export interface ApplicationEnded extends EventTime {
  readonly kind: 'applicationEnded'
}

/** The settings of the application. Values of settings whose names say that they are secret are replaced by asterisks. */
export interface EnvironmentUpdated extends EventTime {
  readonly kind: 'environmentUpdated'
  readonly sparkProperties: readonly (readonly [key: string, value: string])[]
}

/** The events of the application as a whole. */
export type ApplicationEvent = ApplicationStarted | ApplicationEnded | EnvironmentUpdated
