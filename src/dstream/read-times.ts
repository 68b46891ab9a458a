import type { DStreamNode } from './dstream-node.ts'

/**
 * The batches of a stream that are read at all: a window whose slide is longer than the window skips batches between two windows. A source that the driver
 * reads by positions leaves the records of a skipped batch to the next batch that is read. Spark does the same, because it makes a stream's batch only on demand.
 */
export class ReadTimes {
  readonly #zeroMs: number
  readonly #putOut: ReadonlySet<DStreamNode<unknown>>
  readonly #children = new Map<DStreamNode<unknown>, DStreamNode<unknown>[]>()

  /**
   * @param zeroMs the batch before the first one, in milliseconds.
   * @param active the streams that output operations need.
   * @param putOut the streams that output operations read themselves.
   */
  constructor(zeroMs: number, active: readonly DStreamNode<unknown>[], putOut: ReadonlySet<DStreamNode<unknown>>) {
    this.#zeroMs = zeroMs
    this.#putOut = putOut
    for (const child of active) {
      for (const parent of child.dependencies) {
        const children = this.#children.get(parent)
        if (children === undefined) this.#children.set(parent, [child])
        else children.push(child)
      }
    }
  }

  /** Whether some output operation, of this batch or a later one, reads what the stream has of the batch at `time`, in milliseconds. */
  includes(stream: DStreamNode<unknown>, time: number): boolean {
    if (!this.#hasBatch(stream, time)) return false
    if (this.#putOut.has(stream)) return true
    return (this.#children.get(stream) ?? []).some((child) => this.#isReadBy(child, time))
  }

  #isReadBy(child: DStreamNode<unknown>, time: number): boolean {
    const reachMs = child.parentReachMs
    if (reachMs === null) return true
    if (reachMs === 0) return this.includes(child, time)
    const slideMs = child.slideDuration.milliseconds
    const first = this.#zeroMs + Math.ceil((time - this.#zeroMs) / slideMs) * slideMs
    for (let reader = first; reader < time + reachMs; reader += slideMs) if (this.includes(child, reader)) return true
    return false
  }

  #hasBatch(stream: DStreamNode<unknown>, time: number): boolean {
    return (time - this.#zeroMs) % stream.slideDuration.milliseconds === 0
  }
}
