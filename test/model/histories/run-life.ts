import { Crashed, type Effect, type Faults, type PassedStep, PlannedFailure, type Point } from './faults.ts'

/** Where a failure always fails the batch. Behind the others, the engine may try again or do without. */
const FAILING_POINTS: ReadonlySet<Point> = new Set(['generation', 'plan', 'output begins', 'output done'])

/**
 * The life of one run of a program, from its start until it is stopped or crashes. All that the run does to the world outside goes through
 * {@link pass}: nothing of it has an effect after the crash.
 */
export class RunLife {
  readonly #faults: Faults
  readonly #trace: (line: string) => void
  readonly #gates = new Set<{ readonly open: () => void; readonly fail: (error: Error) => void }>()
  #isDead = false
  #active = 0
  #struck = 0
  #failedBatches = 0
  #doubtfulWrites = 0

  constructor(faults: Faults, trace: (line: string) => void) {
    this.#faults = faults
    this.#trace = trace
  }

  get isDead(): boolean {
    return this.#isDead
  }
  /** Steps that are under way and do not wait at a gate. */
  get activeSteps(): number {
    return this.#active
  }
  /** How many faults have struck this run. */
  get faultsStruck(): number {
    return this.#struck
  }
  /** How many of them failed a batch for certain. */
  get failedBatches(): number {
    return this.#failedBatches
  }
  /** Writes to a log that may be there although the writer was told that they failed, or gave them up. */
  get doubtfulWrites(): number {
    return this.#doubtfulWrites
  }

  noteDoubtfulWrite(): void {
    this.#doubtfulWrites++
  }

  /** What strikes this run at a point, if anything does. */
  strike(point: Point, batch?: number): Effect | null {
    const effect = this.#faults.take(point, batch)
    if (effect === null) return null
    this.#struck++
    if (FAILING_POINTS.has(point) && effect.startsWith('fail')) this.#failedBatches++
    this.#trace(`${effect} at ${point}${batch === undefined ? '' : ` of batch ${batch}`}`)
    return effect
  }

  /** Does a step, unless a fault strikes it. @throws PlannedFailure, Crashed */
  async pass<T>(point: Point, step: PassedStep<T>): Promise<T> {
    this.assertAlive()
    this.#active++
    try {
      return await this.#pass(point, step)
    } finally {
      this.#active--
    }
  }

  async #pass<T>(point: Point, { run, half = () => {}, batch }: PassedStep<T>): Promise<T> {
    switch (this.strike(point, batch)) {
      case null:
        break
      case 'fail':
        throw new PlannedFailure(point)
      case 'fail half done':
        await half()
        throw new PlannedFailure(`${point}, half done`)
      case 'fail when done':
        await run()
        throw new PlannedFailure(`${point}, when done`)
      case 'crash':
        throw this.crash()
      case 'crash half done':
        await half()
        throw this.crash()
      case 'crash when done':
        await run()
        throw this.crash()
      case 'wait':
        if (point === 'log append') this.noteDoubtfulWrite()
        await this.#gate()
    }
    const result = await run()
    this.assertAlive()
    return result
  }

  /** Does what no fault strikes. */
  async unharmed<T>(run: () => T | Promise<T>): Promise<T> {
    this.assertAlive()
    const result = await this.afterwards(run)
    this.assertAlive()
    return result
  }

  /** Does what has no effect on the world outside, and is done after a crash too. */
  async afterwards<T>(run: () => T | Promise<T>): Promise<T> {
    this.#active++
    try {
      return await run()
    } finally {
      this.#active--
    }
  }

  assertAlive(): void {
    if (this.#isDead) throw new Crashed('the run is over')
  }

  /** Lets go on what waits. */
  release(): void {
    for (const gate of [...this.#gates]) gate.open()
  }

  /** Ends the run: whatever it still does has no effect. */
  crash(): Crashed {
    const error = new Crashed('the run is over')
    if (!this.#isDead) this.#trace('crashed')
    this.#isDead = true
    for (const gate of [...this.#gates]) gate.fail(error)
    return error
  }

  #gate(): Promise<void> {
    this.#active--
    return new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#gates.delete(gate)
        this.#active++
      }
      const gate = {
        open: () => {
          leave()
          resolve()
        },
        fail: (error: Error) => {
          leave()
          reject(error)
        },
      }
      this.#gates.add(gate)
    })
  }
}
