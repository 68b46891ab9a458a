import { SparkException, UnsupportedOperationException } from '../errors.ts'
import { notANumber } from './number-record.ts'

/** The values that a task added to one accumulator, as plain data. {@link WorkerAccumulator} describes the shape of each form. */
export interface TaskAccumulatorUpdate {
  readonly id: number
  readonly value: unknown
}

/** How a worker gathers an accumulator's values; the driver's class of the same form merges what comes back. */
export type AccumulatorForm = 'sum' | 'collection' | 'state' | 'added' | 'param'

/** An accumulator inside a task. A task can add values; only the driver can read the total. */
export interface WorkerAccumulator {
  add(value: unknown): void
}

/** The data that stands for an accumulator in a shipped function. */
export interface ShippedAccumulator {
  readonly id: number
  readonly name: string | null
  readonly form: AccumulatorForm
  /** The broadcast that holds the user's zero instance (`state`, `added`) or parameter object and zero value (`param`), else -1. */
  readonly broadcastId: number
}

const broadcasts = new Map<number, () => unknown>()
/** The accumulators that the running task has added to, or read. */
const touched = new Set<TaskAccumulator>()

/** Makes a broadcast value known on this worker; `load` runs once, when a function first reads the value. */
export function registerBroadcast(id: number, load: () => unknown): void {
  let loaded = false
  let value: unknown
  broadcasts.set(id, () => {
    if (!loaded) {
      value = load()
      loaded = true
    }
    return value
  })
}

/** Forgets a broadcast value; a function that reads it later fails. */
export function unregisterBroadcast(id: number): void {
  broadcasts.delete(id)
}

/** A broadcast variable inside a task. */
export class WorkerBroadcast<T = unknown> {
  readonly id: number

  constructor(id: number) {
    this.id = id
  }

  /** @throws SparkException when it was destroyed. */
  get value(): T {
    const read = broadcasts.get(this.id)
    if (read === undefined) {
      throw new SparkException('INTERNAL_ERROR_BROADCAST', `Failed to get broadcast_${this.id}: it was destroyed.`)
    }
    return read() as T
  }

  toString(): string {
    return `Broadcast(${this.id})`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** Forgets what the last task gathered, should it have failed; called before each task. */
export function beginTask(): void {
  for (const accumulator of touched) accumulator.take()
  touched.clear()
}

/**
 * Returns the updates that the task made since {@link beginTask}. An accumulator that came with several functions may stand there several times; the
 * driver merges each. Nothing is left behind.
 */
export function takeAccumulatorUpdates(): TaskAccumulatorUpdate[] {
  const updates: TaskAccumulatorUpdate[] = []
  for (const accumulator of touched) {
    const value = accumulator.take()
    if (value !== undefined) updates.push({ id: accumulator.id, value })
  }
  touched.clear()
  return updates
}

/** Makes a worker's object of what stands for an accumulator in a shipped function. */
export function reviveAccumulator(shipped: ShippedAccumulator): WorkerAccumulator {
  switch (shipped.form) {
    case 'sum':
      return new SumAccumulator(shipped)
    case 'collection':
      return new CollectedAccumulator(shipped)
    case 'param':
      return new ParamAccumulator(shipped)
    case 'state':
    case 'added':
      return new CustomAccumulator(shipped).facade
  }
}

/** Makes a worker's object of a shipped broadcast. */
export function reviveBroadcast(shipped: { readonly id: number }): WorkerBroadcast {
  return new WorkerBroadcast(shipped.id)
}

/** One accumulator inside tasks. `take` returns the values that were added, or undefined when none were, and resets the accumulator. */
interface TaskAccumulator {
  readonly id: number
  take(): unknown
}

/** Only the driver can read the value. A task that reads it gets PySpark's error. */
abstract class WriteOnlyAccumulator implements TaskAccumulator, WorkerAccumulator {
  readonly id: number
  readonly name: string | null

  constructor({ id, name }: ShippedAccumulator) {
    this.id = id
    this.name = name
  }

  get value(): never {
    throw new UnsupportedOperationException(
      'VALUE_NOT_ACCESSIBLE',
      '[VALUE_NOT_ACCESSIBLE] Value `Accumulator.value` cannot be accessed inside tasks. ' +
        `A task adds to accumulator ${this.name ?? this.id}; read its value on the driver, after the action.`,
    )
  }

  abstract add(value: unknown): void
  abstract take(): unknown
}

/** Gathers `{ sum, count }`. */
class SumAccumulator extends WriteOnlyAccumulator {
  #sum = 0
  #count = 0

  override add(value: number | bigint): void {
    if (typeof value !== 'number' && typeof value !== 'bigint') throw notANumber(value)
    if (this.#count === 0) touched.add(this)
    this.#sum += Number(value)
    this.#count++
  }

  override take(): unknown {
    const update = this.#count === 0 ? undefined : { sum: this.#sum, count: this.#count }
    this.#sum = 0
    this.#count = 0
    return update
  }
}

/** Gathers an array of the added values. */
class CollectedAccumulator extends WriteOnlyAccumulator {
  #values: unknown[] = []

  override add(value: unknown): void {
    touched.add(this)
    this.#values.push(value)
  }

  override take(): unknown {
    const update = this.#values.length === 0 ? undefined : this.#values
    this.#values = []
    return update
  }
}

/** The user's parameter object of `sc.accumulator(initial, param)`, with what `param.zero` is called with. */
export interface ShippedParam {
  readonly initial: unknown
  readonly param: { zero(initial: unknown): unknown; addInPlace(a: unknown, b: unknown): unknown }
}

/** Gathers `{ value }`: what the user's `addInPlace` made of the added values. */
class ParamAccumulator extends WriteOnlyAccumulator {
  readonly #shipped: WorkerBroadcast<ShippedParam>
  #value: unknown
  #isTouched = false

  constructor(shipped: ShippedAccumulator) {
    super(shipped)
    this.#shipped = new WorkerBroadcast(shipped.broadcastId)
  }

  override add(term: unknown): void {
    const { initial, param } = this.#shipped.value
    if (!this.#isTouched) this.#value = param.zero(initial)
    this.#isTouched = true
    touched.add(this)
    this.#value = param.addInPlace(this.#value, term)
  }

  override take(): unknown {
    const update = this.#isTouched ? { value: this.#value } : undefined
    this.#value = undefined
    this.#isTouched = false
    return update
  }
}

/** An instance of the user's accumulator class. */
interface CustomInstance {
  readonly isZero: boolean
  add(value: unknown): void
}

/**
 * An accumulator of the user's own class. Its facade stands for an instance of that class, made afresh for each task.
 * `state` gathers the instance's own fields; `added` the added values, for a class whose private fields nobody else can read.
 */
class CustomAccumulator implements TaskAccumulator {
  readonly id: number
  readonly facade: WorkerAccumulator
  readonly #keepsAdded: boolean
  readonly #create: WorkerBroadcast<() => CustomInstance>
  #instance: CustomInstance | null = null
  #added: unknown[] = []

  constructor(shipped: ShippedAccumulator) {
    this.id = shipped.id
    this.#keepsAdded = shipped.form === 'added'
    this.#create = new WorkerBroadcast(shipped.broadcastId)
    this.facade = new Proxy({} as WorkerAccumulator, {
      get: (_target, name) => {
        const instance = this.#current()
        const member: unknown = Reflect.get(instance, name, instance)
        return typeof member === 'function' ? member.bind(instance) : member
      },
      set: (_target, name, value) => Reflect.set(this.#current(), name, value),
      getPrototypeOf: () => Object.getPrototypeOf(this.#current()) as object,
    })
  }

  take(): unknown {
    const instance = this.#instance
    const added = this.#added
    this.#instance = null
    this.#added = []
    if (this.#keepsAdded) return added.length === 0 ? undefined : added
    return instance === null || instance.isZero ? undefined : { ...instance }
  }

  #current(): CustomInstance {
    if (this.#instance !== null) return this.#instance
    const instance = this.#create.value()
    if (this.#keepsAdded) this.#recordAdded(instance)
    touched.add(this)
    this.#instance = instance
    return instance
  }

  #recordAdded(instance: CustomInstance): void {
    const add = instance.add.bind(instance)
    const record = (value: unknown) => {
      this.#added.push(value)
      add(value)
    }
    Object.defineProperty(instance, 'add', { value: record })
  }
}

/** How a worker rebuilds the shared variables that a shipped function uses, by the `kind` under which they travel. */
export const SHARED_VARIABLE_REVIVERS = {
  broadcast: (data: unknown) => reviveBroadcast(data as { readonly id: number }),
  accumulator: (data: unknown) => reviveAccumulator(data as ShippedAccumulator),
} as const
