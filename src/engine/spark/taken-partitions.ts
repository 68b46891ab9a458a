import { effectiveNode, type LineageNode, parentsOf } from '../lineage.ts'
import { isPersisted } from '../stage-plan.ts'

/** An RDD of more partitions is taken from a few partitions at a time, as Spark does. */
const MAX_PARTITIONS = 64
/** At most this many records are computed before a job asks for them. */
const MAX_RECORDS = 1000

/**
 * Records of partitions that ran before a job asked for them. `take` asks for one partition after another, and a shuffle below it would run again
 * each time. So the first job takes from all partitions at once, and later jobs get the kept answers, each answer once.
 */
export class TakenPartitions {
  readonly #count: number
  readonly #records = new Map<number, readonly unknown[]>()

  constructor(count: number) {
    this.#count = count
  }

  keep(partition: number, records: readonly unknown[]): void {
    this.#records.set(partition, records)
  }

  /** The first `count` records of each of the partitions, or null unless all are here. */
  give(partitions: readonly number[], count: number): unknown[] | null {
    if (count > this.#count || !partitions.every((partition) => this.#records.has(partition))) return null
    return partitions.map((partition) => {
      const records = this.#records.get(partition) ?? []
      this.#records.delete(partition)
      return records.length > count ? records.slice(0, count) : records
    })
  }
}

/** Whether taking a few records from some partitions should take them from all: when a shuffle has to run for any of them. */
export function takesFromAll(node: LineageNode, count: number): boolean {
  return count <= MAX_RECORDS && node.numPartitions <= MAX_PARTITIONS && readsShuffle(node)
}

function readsShuffle(top: LineageNode): boolean {
  const seen = new Set<LineageNode>()
  const open = [top]
  for (let given = open.pop(); given !== undefined; given = open.pop()) {
    const node = effectiveNode(given)
    if (seen.has(node) || isPersisted(node)) continue
    seen.add(node)
    if (node.kind === 'shuffle' || node.kind === 'cogroup') return true
    for (const parent of parentsOf(node)) open.push(parent)
  }
  return false
}
