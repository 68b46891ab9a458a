import { AccumulatorV2, type RDD } from '../../src/index.ts'
import type { SparkContextApi } from '../../src/rdd/spark-context-api.ts'

/**
 * What a batch makes anew, uses and lets go: each is to be gone on the driver and on the workers some batches later. `closures` are
 * functions that assign a variable of their maker, `classes` classes whose instances are records.
 */
export const CHURN = ['broadcasts', 'accumulators', 'closures', 'classes'] as const
export type Churn = (typeof CHURN)[number]

/** What a soak churns through unless it is told otherwise. */
export const DEFAULT_CHURN: readonly Churn[] = ['broadcasts', 'accumulators']

/** Large enough that what some tens of batches keep stands out in every measure of memory. */
const VALUE_CHARACTERS = 128 * 1024

const kept: unknown[] = []

/** What a batch churns through. */
export interface ChurnOfBatch {
  readonly kinds: readonly Churn[]
  readonly batch: number
  /** Whether the program keeps what it made, as a soak that must fail does. */
  readonly isLeaking: boolean
}

/** Makes one of each kind, and uses it over the records of a batch. */
export async function churn(
  context: SparkContextApi,
  rdd: RDD<unknown>,
  { kinds, batch, isLeaking }: ChurnOfBatch,
): Promise<void> {
  for (const kind of kinds) {
    const made = await makers[kind](rdd, batch, context)
    if (isLeaking) kept.push(made)
  }
}

type Maker = (rdd: RDD<unknown>, batch: number, context: SparkContextApi) => Promise<unknown>

const makers: Readonly<Record<Churn, Maker>> = {
  async broadcasts(rdd, batch, context) {
    const text = `${batch} `.repeat(VALUE_CHARACTERS / `${batch} `.length)
    const table = context.broadcast({ batch, text })
    const wrong = await rdd.filter(() => table.value.batch !== batch).count()
    if (wrong > 0) throw new Error(`${wrong} records saw the broadcast of another batch than ${batch}`)
    return table
  },

  async accumulators(rdd, _batch, context) {
    const words = new TextGathered()
    context.register(words)
    const total = context.longAccumulator()
    const list = context.accumulator<number[]>([0], {
      zero: () => [0],
      addInPlace: (a, b) => [(a[0] ?? 0) + (b[0] ?? 0)],
    })
    await rdd.foreach(() => {
      words.add('x')
      total.add(1)
      list.add([1])
    })
    if (words.value !== total.value || list.value[0] !== total.value) {
      throw new Error(`accumulators of one batch differ: ${words.value}, ${total.value}, ${list.value}`)
    }
    return [words, total, list]
  },

  async closures(rdd, batch) {
    let seen = 0
    const see = (): number => {
      seen += 1
      return seen > 0 ? batch : -1
    }
    const wrong = await rdd.filter(() => see() !== batch).count()
    if (wrong > 0) throw new Error(`${wrong} records saw the function of another batch than ${batch}`)
    return see
  },

  async classes(rdd, batch) {
    class Seen {
      readonly of = batch
      get isRight(): boolean {
        return this.of === batch
      }
    }
    const right = await rdd
      .map(() => new Seen())
      .filter((one) => one.isRight)
      .count()
    if (right !== (await rdd.count())) throw new Error(`instances of batch ${batch} have lost their class`)
    return Seen
  },
}

/** Counts the characters that were added. */
class TextGathered extends AccumulatorV2<string, number> {
  length = 0
  /** Makes what is sent for it large enough to be seen. */
  readonly ballast = 'y'.repeat(VALUE_CHARACTERS)
  get isZero() {
    return this.length === 0
  }
  copy() {
    const copied = new TextGathered()
    copied.length = this.length
    return copied
  }
  reset() {
    this.length = 0
  }
  add(text: string) {
    this.length += text.length
  }
  merge(other: TextGathered) {
    this.length += other.length
  }
  get value() {
    return this.length
  }
}
