import type { EventKind, MillstreamEvent } from './millstream-event.ts'

/** A listener as an {@link EventBus} calls it. Adapters make one of each listener of the user. */
export interface EventListener {
  /** How log lines call it. */
  readonly name: string
  /** The kinds of events that the listener wants. An event that no listener wants is not created. */
  readonly kinds: ReadonlySet<EventKind>
  /** Whether an event of a wanted kind is for it; all are when absent. Called within the code that posts, so it is short and never throws. */
  accepts?(event: MillstreamEvent): boolean
  /** Takes an event. While a promise that it returned is pending, later events wait. What it throws, or rejects with, is logged. */
  handle(event: MillstreamEvent): unknown
  /** Told, in the place of events that it missed because too many were waiting, how many they were. */
  onEventsDropped?(count: number): unknown
}
