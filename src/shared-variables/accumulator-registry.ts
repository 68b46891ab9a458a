import { MillstreamError } from '../errors.ts'
import { log } from '../log.ts'
import type { AccumulatorForm, ShippedAccumulator, TaskAccumulatorUpdate } from '../task/shared-variables.ts'

/** The members of an accumulator that the registry uses on the driver. */
export interface MergeTarget {
  /** Takes in what one successful task gathered, in the shape of the accumulator's form. */
  mergeTaskUpdate(update: unknown): void
}

let nextId = 0
const metadataOf = new WeakMap<object, ShippedAccumulator>()
const targets = new Map<number, WeakRef<MergeTarget>>()

/** What goes with an accumulator that the program no longer refers to. */
interface Entry {
  readonly id: number
  readonly sent: SentValue | null
}

/** Drops the entry of an accumulator that the program no longer refers to, and the workers' copies of what it was sent with. */
const collected = new FinalizationRegistry<Entry>(({ id, sent }) => {
  targets.delete(id)
  sent?.remove()
})

/** A value that workers were sent for one accumulator. It must not refer to the accumulator. */
export interface SentValue {
  /** The broadcast under which tasks find it. */
  readonly broadcastId: number
  /** Frees the workers' copies. */
  remove(): void
}

/** Gives an accumulator its id and lets task updates reach it, for as long as the program refers to it (Spark's `AccumulatorContext`). */
export function registerAccumulator(
  accumulator: MergeTarget,
  name: string | null,
  form: AccumulatorForm,
  sent: SentValue | null = null,
): void {
  const id = nextId++
  metadataOf.set(accumulator, { id, name, form, broadcastId: sent?.broadcastId ?? -1 })
  targets.set(id, new WeakRef(accumulator))
  collected.register(accumulator, { id, sent })
}

/** The metadata of a registered accumulator, else undefined. */
export function accumulatorMetadata(accumulator: object): ShippedAccumulator | undefined {
  return metadataOf.get(accumulator)
}

/** Merges what successful tasks gathered. An update that cannot be merged is logged and left out, as in Spark. */
export function mergeTaskUpdates(updates: readonly TaskAccumulatorUpdate[]): void {
  for (const { id, value } of updates) {
    try {
      targets.get(id)?.deref()?.mergeTaskUpdate(value)
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      log('ERROR', 'AccumulatorRegistry', `Failed to update accumulator ${id}, its update is left out: ${reason}`)
    }
  }
}

/** The metadata of an accumulator that must be registered. @throws MillstreamError otherwise. */
export function requireRegistered(accumulator: object): ShippedAccumulator {
  const metadata = metadataOf.get(accumulator)
  if (metadata === undefined) {
    throw new MillstreamError(
      'ACCUMULATOR_NOT_REGISTERED',
      'Accumulator must be registered before send to executor: call sc.register(accumulator) first.',
    )
  }
  return metadata
}
