/** Counts the users of a resource. The owner waits for the last user before it disposes of the resource. */
export class Occupancy {
  readonly #waiting: (() => void)[] = []
  #count = 0

  /** @returns what the user calls, once, when done. */
  enter(): () => void {
    this.#count += 1
    return () => {
      this.#count -= 1
      if (this.#count === 0) for (const tell of this.#waiting.splice(0)) tell()
    }
  }

  /** Resolves as soon as the resource has no user. */
  whenEmpty(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((tell) => this.#waiting.push(tell))
  }
}
