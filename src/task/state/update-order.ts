import { NumberList } from './number-list.ts'

/** So many outdated places do not make a list worth the work of a shorter one. */
const SPARE_PLACES = 4096
const FIRST_ROOM = 1024

/** Slots in the order of their last updates, so that those that time out are found without a walk over the state. */
export class UpdateOrder {
  #slots: NumberList
  #times: NumberList
  #from = 0

  /** @param slots those in use. @param timeAt when a slot was updated last, in milliseconds. */
  constructor(slots: number[], timeAt: (slot: number) => number) {
    slots.sort((a, b) => timeAt(a) - timeAt(b))
    this.#slots = new NumberList(slots.length + FIRST_ROOM)
    this.#times = new NumberList(slots.length + FIRST_ROOM)
    for (const slot of slots) this.touch(slot, timeAt(slot))
  }

  /** A slot was updated, not before any other was. */
  touch(slot: number, timeMs: number): void {
    this.#slots.push(slot)
    this.#times.push(timeMs)
  }

  /** Slots last updated before `thresholdMs`, the longest ago first; none of them is given again unless it was updated. */
  *takeOlderThan(thresholdMs: number, timeAt: (slot: number) => number): Generator<number> {
    while (this.#from < this.#slots.length && this.#times.at(this.#from) < thresholdMs) {
      const slot = this.#slots.at(this.#from)
      const updatedMs = this.#times.at(this.#from)
      this.#from += 1
      if (timeAt(slot) === updatedMs) yield slot
    }
  }

  /** Leaves out the places that later updates have made void, once they are more than the `size` slots in use. */
  compact(size: number, timeAt: (slot: number) => number): void {
    if (this.#slots.length <= size * 2 + SPARE_PLACES) return
    const slots = this.#slots
    const times = this.#times
    this.#slots = new NumberList(size + FIRST_ROOM)
    this.#times = new NumberList(size + FIRST_ROOM)
    for (let i = this.#from; i < slots.length; i++) {
      if (timeAt(slots.at(i)) === times.at(i)) this.touch(slots.at(i), times.at(i))
    }
    this.#from = 0
  }
}
