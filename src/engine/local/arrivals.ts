/** Broadcasts and classes that a worker has received and cannot use before an import is done. Tasks wait for them. */
export class Arrivals {
  readonly #waiting = new Set<Promise<void>>()

  get isWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** @param arrival never rejects; there is nothing to wait for without one. */
  add(arrival: Promise<void> | void): void {
    if (arrival === undefined) return
    const done = arrival.then(() => {
      this.#waiting.delete(done)
    })
    this.#waiting.add(done)
  }

  /** Resolves when everything that was added so far is ready. */
  async all(): Promise<void> {
    await Promise.all(this.#waiting)
  }
}
