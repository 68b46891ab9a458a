import { keyIdentity } from './key-identity.ts'
import type { Key, Record_ } from './random-programs.ts'

/** All values of each key, in the order in which the keys first come. */
export function grouped(records: readonly Record_[]): [key: Key, values: number[]][] {
  const groups = new Map<string, [Key, number[]]>()
  for (const [key, value] of records) {
    const identity = keyIdentity(key)
    const group = groups.get(identity)
    if (group === undefined) groups.set(identity, [key, [value]])
    else group[1].push(value)
  }
  return [...groups.values()]
}

export const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** The values of each key added up. */
export function totals(records: readonly Record_[]): Record_[] {
  return grouped(records).map(([key, values]) => [key, total(values)])
}

/** Each key that either side has, with its values on both. */
export function cogrouped(
  left: readonly Record_[],
  right: readonly Record_[],
): [key: Key, left: number[], right: number[]][] {
  const rights = new Map(grouped(right).map(([key, values]) => [keyIdentity(key), [key, values] as const]))
  const both = grouped(left).map(([key, values]): [Key, number[], number[]] => {
    const other = rights.get(keyIdentity(key))
    rights.delete(keyIdentity(key))
    return [key, values, other?.[1] ?? []]
  })
  return [...both, ...[...rights.values()].map(([key, values]): [Key, number[], number[]] => [key, [], values])]
}

/**
 * What a DStream must hold, by definition and in memory: for each of its times, counted in batches from 1, its records in any order. It knows
 * nothing of RDDs, of what is kept from batch to batch, or of partitions.
 */
export class ModelStream {
  /** A batch comes every so many batches. */
  readonly slide: number
  readonly #records: (time: number) => Record_[]
  readonly #known = new Map<number, Record_[]>()

  constructor(slide: number, records: (time: number) => Record_[]) {
    this.slide = slide
    this.#records = records
  }

  /** The records at `time`, a multiple of the slide. */
  at(time: number): Record_[] {
    const known = this.#known.get(time) ?? this.#records(time)
    this.#known.set(time, known)
    return known
  }

  /** The stream's times up to `last`, after `first`. */
  times(last: number, first = 0): number[] {
    const times: number[] = []
    for (let time = this.slide; time <= last; time += this.slide) if (time > first) times.push(time)
    return times
  }

  each(f: (records: Record_[], time: number) => Record_[]): ModelStream {
    return new ModelStream(this.slide, (time) => f(this.at(time), time))
  }

  with(other: ModelStream, f: (records: Record_[], others: Record_[]) => Record_[]): ModelStream {
    return new ModelStream(this.slide, (time) => f(this.at(time), other.at(time)))
  }

  /** All records of the last `length` of this stream's batches, every `every` of them. */
  window(length: number, every: number): ModelStream {
    return new ModelStream(this.slide * every, (time) =>
      this.times(time, time - length * this.slide).flatMap((each) => this.at(each)),
    )
  }

  /** The values of each key of every batch until now, added up, with 0 for a key that this batch has no longer. */
  keepingKeys(): ModelStream {
    return new ModelStream(this.slide, (time) => {
      const now = totals(this.at(time))
      const seen = totals(this.times(time).flatMap((each) => this.at(each)))
      const present = new Map(now.map(([key, value]) => [keyIdentity(key), value]))
      return seen.map(([key]) => [key, present.get(keyIdentity(key)) ?? 0])
    })
  }

  /** The state of each key: what `update` makes of the values of every batch and the state before; undefined forgets. */
  states(
    update: (values: number[], state: number | undefined, time: number) => number | undefined,
    initial: Record_[] = [],
  ): ModelStream {
    return new ModelStream(this.slide, (last) => {
      let states: Record_[] = initial
      for (const time of this.times(last)) {
        states = cogrouped(this.at(time), states).flatMap(([key, values, [state]]): Record_[] => {
          const updated = update(values, state, time)
          return updated === undefined ? [] : [[key, updated]]
        })
      }
      return states
    })
  }
}
