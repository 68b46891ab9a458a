import type { Partition } from './dependency.ts'
import type { RDD } from './rdd.ts'

/** The partitions of an RDD that `coalesce` makes into one (Spark's `PartitionGroup`). */
export class PartitionGroup {
  /** The host that it should be computed on; without effect, as for all preferred locations. */
  readonly prefLoc: string | undefined
  /** The partitions, in the order in which their records come; add to it. */
  readonly partitions: Partition[] = []

  constructor(prefLoc?: string) {
    this.prefLoc = prefLoc
  }

  /** How many partitions there are. */
  get numPartitions(): number {
    return this.partitions.length
  }
}

/** Decides which partitions `coalesce` joins (Spark's `PartitionCoalescer`). It runs on the driver, when the RDD is first needed. */
export interface PartitionCoalescer {
  /**
   * @param maxPartitions the number that `coalesce` was given: a wish, which nobody checks.
   * @param parent the RDD to be coalesced; its partitions are `await parent.partitions()`.
   * @returns a group for each new partition. A partition in no group is left out, one in two groups comes twice.
   */
  coalesce(maxPartitions: number, parent: RDD<unknown>): readonly PartitionGroup[] | Promise<readonly PartitionGroup[]>
}
