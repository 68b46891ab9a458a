import type { Owners } from './owners.ts'

interface ObjectColumn {
  readonly values: readonly unknown[]
  readonly owners: Owners | undefined
}

/** More objects in one record are compared by way of a set. */
const PAIRWISE_LIMIT = 8

/**
 * Collects the columns of a chunk that hold objects and tells whether one record holds the same object twice, or itself: columns
 * would turn it into two equal objects, or unroll a cycle, so such a chunk is written value by value.
 */
export class SharedIdentity {
  readonly #columns: ObjectColumn[] = []

  add(values: readonly unknown[], owners: Owners | undefined): void {
    this.#columns.push({ values, owners })
  }

  /** @param recordCount records of the chunk */
  isFound(recordCount: number): boolean {
    const columns = this.#columns
    if (columns.length === 0 || (columns.length === 1 && columns[0]!.owners === undefined)) return false
    if (columns.some((column) => column.owners !== undefined)) return this.#isFoundByRecord(recordCount)
    for (let a = 1; a < columns.length; a++) {
      for (let b = 0; b < a; b++) if (isSharedBetween(columns[a]!.values, columns[b]!.values)) return true
    }
    return false
  }

  #isFoundByRecord(recordCount: number): boolean {
    const columns = this.#columns
    const owners = columns.map((column) => column.owners?.records())
    const cursors = new Uint32Array(columns.length)
    const objects: unknown[] = []
    for (let record = 0; record < recordCount; record++) {
      objects.length = 0
      for (let c = 0; c < cursors.length; c++) {
        const values = columns[c]!.values
        const recordAt = owners[c]
        if (recordAt === undefined) {
          objects.push(values[record])
        } else {
          let at = cursors[c]!
          while (at < recordAt.length && recordAt[at] === record) objects.push(values[at++])
          cursors[c] = at
        }
      }
      if (hasDuplicate(objects)) return true
    }
    return false
  }
}

function isSharedBetween(a: readonly unknown[], b: readonly unknown[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) return true
  return false
}

function hasDuplicate(objects: readonly unknown[]): boolean {
  if (objects.length > PAIRWISE_LIMIT) return new Set(objects).size < objects.length
  for (let a = 1; a < objects.length; a++) {
    for (let b = 0; b < a; b++) if (objects[a] === objects[b]) return true
  }
  return false
}
