import { Receiver } from '../../src/index.ts'

/** Something that a user did in a session. */
export interface Event {
  readonly user: string
  readonly session: string
  readonly amount: number
}

const USERS = 500
const EVENTS_PER_SESSION = 40
/** After so many events as many users have left for good as new ones have come. */
const EVENTS_PER_SHIFT = 5000
const USERS_PER_SHIFT = 50

/** The event of a number: users that come back again and again and are replaced bit by bit, and sessions that end. */
export function eventOf(n: number): Event {
  const shift = Math.floor(n / EVENTS_PER_SHIFT) * USERS_PER_SHIFT
  return {
    user: `user-${shift + (n % USERS)}`,
    session: `session-${Math.floor(n / EVENTS_PER_SESSION)}`,
    amount: 1 + (n % 7),
  }
}

/** Stores so many events at a time, every so many milliseconds or when asked, and waits until they are stored, as a source with acknowledgements does. */
export class EventReceiver extends Receiver<Event> {
  readonly #eventsPerDelivery: number
  readonly #periodMs: number | null
  #timer: NodeJS.Timeout | undefined
  #isStoring = false
  #next = 0

  /** @param periodMs null for deliveries that are asked for. */
  constructor(eventsPerDelivery: number, periodMs: number | null) {
    super()
    this.#eventsPerDelivery = eventsPerDelivery
    this.#periodMs = periodMs
  }

  override onStart(): void {
    if (this.#periodMs === null) return
    this.#timer = setInterval(() => {
      if (!this.#isStoring) void this.deliver()
    }, this.#periodMs)
  }

  override onStop(): void {
    clearInterval(this.#timer)
  }

  /** Resolves when the events are stored. */
  async deliver(): Promise<void> {
    this.#isStoring = true
    const from = this.#next
    this.#next += this.#eventsPerDelivery
    const events = Array.from({ length: this.#eventsPerDelivery }, (_, index) => eventOf(from + index))
    try {
      await this.store(events)
    } catch (error) {
      this.reportError('events were not stored', error)
    } finally {
      this.#isStoring = false
    }
  }
}
