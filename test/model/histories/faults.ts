/** A place in the engine or in the user's program that every batch passes, and where something can go wrong. */
export const POINTS = [
  'generation',
  'plan',
  'listing',
  'checkpoint write',
  'checkpoint commit',
  'checkpoint rename',
  'checkpoint removal',
  'log create',
  'log append',
  'log truncate',
  'task',
  'output begins',
  'output done',
] as const
export type Point = (typeof POINTS)[number]

/**
 * What goes wrong. A failure throws, a crash ends the whole run at once: before the step has done anything, with a part of it done (a file with a prefix
 * of what was to be written), or with all of it done and nobody told. `wait` holds the step until it is released.
 */
export const EFFECTS = [
  'fail',
  'fail half done',
  'fail when done',
  'crash',
  'crash half done',
  'crash when done',
  'wait',
] as const
export type Effect = (typeof EFFECTS)[number]

/** Something that is to go wrong in a history. */
export interface Fault {
  readonly point: Point
  readonly effect: Effect
  /** How often the point is passed unharmed before. */
  readonly skip: number
  /** How often the fault strikes, on end. */
  readonly times: number
  /** Whether, once it has struck a batch, it strikes that batch whenever that passes the point again, until it is healed. */
  readonly isLasting: boolean
}

/** The error of a step that was to fail. */
export class PlannedFailure extends Error {
  override name = 'PlannedFailure'
}

/** The error of whatever a run that has crashed still tries to do. */
export class Crashed extends Error {
  override name = 'Crashed'
}

/** A step as it passes a point. */
export interface PassedStep<T> {
  readonly run: () => T | Promise<T>
  /** What a step leaves behind that was cut off in its midst; nothing unless given. */
  readonly half?: () => void | Promise<void>
  /** The batch that the step belongs to, where that is known. */
  readonly batch?: number
}

interface ArmedFault {
  readonly fault: Fault
  skipped: number
  struck: number
  readonly batches: Set<number>
}

/** The faults that are armed in a history. They outlive its runs. */
export class Faults {
  #armed: ArmedFault[] = []

  arm(fault: Fault): void {
    this.#armed.push({ fault, skipped: 0, struck: 0, batches: new Set() })
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    this.#armed = []
  }

  /** What strikes a step that passes a point now. */
  take(point: Point, batch: number | undefined): Effect | null {
    for (const armed of this.#armed) {
      if (armed.fault.point === point && strikes(armed, batch)) return armed.fault.effect
    }
    return null
  }
}

function strikes(armed: ArmedFault, batch: number | undefined): boolean {
  const { fault, batches } = armed
  if (fault.isLasting && batch !== undefined && batches.has(batch)) return true
  if (armed.struck >= fault.times) return false
  if (armed.skipped < fault.skip) {
    armed.skipped++
    return false
  }
  armed.struck++
  if (batch !== undefined) batches.add(batch)
  return true
}
