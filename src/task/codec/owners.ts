/** Tells to which record each value of a nested column belongs; worked out only when someone asks. */
export class Owners {
  readonly #parent: Owners | undefined
  readonly #lengths: Uint32Array | undefined
  #indices: Uint32Array | undefined

  private constructor(parent: Owners | undefined, lengths: Uint32Array | undefined, indices: Uint32Array | undefined) {
    this.#parent = parent
    this.#lengths = lengths
    this.#indices = indices
  }

  /** Owners of the elements of lists, given each list's length. */
  static ofElements(parent: Owners | undefined, lengths: Uint32Array): Owners {
    return new Owners(parent, lengths, undefined)
  }

  /** Owners of a selection of the parent column's values, given their positions there in ascending order. */
  static ofSelection(parent: Owners | undefined, positions: readonly number[]): Owners {
    const owners = parent?.records()
    return new Owners(
      undefined,
      undefined,
      Uint32Array.from(positions, (at) => (owners === undefined ? at : owners[at]!)),
    )
  }

  /** The record index of each value, never descending. */
  records(): Uint32Array {
    this.#indices ??= this.#expand(this.#lengths!)
    return this.#indices
  }

  #expand(lengths: Uint32Array): Uint32Array {
    const owners = this.#parent?.records()
    let total = 0
    for (let i = 0; i < lengths.length; i++) total += lengths[i]!
    const indices = new Uint32Array(total)
    let at = 0
    for (let i = 0; i < lengths.length; i++) {
      const end = at + lengths[i]!
      indices.fill(owners === undefined ? i : owners[i]!, at, end)
      at = end
    }
    return indices
  }
}
