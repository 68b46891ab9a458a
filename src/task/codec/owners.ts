/** Tells to which record each value of a nested column belongs; worked out only when someone asks, which flat records never do. */
export class Owners {
  readonly #parent: Owners | undefined
  readonly #expand: (parent: Uint32Array | undefined) => Uint32Array
  #records: Uint32Array | undefined

  private constructor(parent: Owners | undefined, expand: (parent: Uint32Array | undefined) => Uint32Array) {
    this.#parent = parent
    this.#expand = expand
  }

  /** Owners of the elements of lists, given each list's length. */
  static ofElements(parent: Owners | undefined, lengths: Uint32Array): Owners {
    return new Owners(parent, (owners) => ownersOfElements(lengths, owners))
  }

  /** Owners of a selection of the parent column's values, given their positions there in ascending order. */
  static ofSelection(parent: Owners | undefined, positions: readonly number[]): Owners {
    return new Owners(parent, (owners) => ownersOfSelection(positions, owners))
  }

  /** The record index of each value, never descending. */
  records(): Uint32Array {
    this.#records ??= this.#expand(this.#parent?.records())
    return this.#records
  }
}

function ownersOfElements(lengths: Uint32Array, owners: Uint32Array | undefined): Uint32Array {
  let total = 0
  for (let i = 0; i < lengths.length; i++) total += lengths[i]!
  const records = new Uint32Array(total)
  let at = 0
  for (let i = 0; i < lengths.length; i++) {
    const end = at + lengths[i]!
    records.fill(owners === undefined ? i : owners[i]!, at, end)
    at = end
  }
  return records
}

function ownersOfSelection(positions: readonly number[], owners: Uint32Array | undefined): Uint32Array {
  const records = new Uint32Array(positions.length)
  for (let i = 0; i < positions.length; i++) records[i] = owners === undefined ? positions[i]! : owners[positions[i]!]!
  return records
}
