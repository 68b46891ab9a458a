/** The driver's value of a shared variable, for workers that have seen an older one or none. */
export interface CellUpdate {
  readonly id: string
  /** Differs from the last one when the driver's value changed in between. */
  readonly version: number
  readonly bytes: Uint8Array
}

/** A captured value on its way to workers. */
export interface ClosurePayload {
  /** Equal programs over equal values have equal digests, so a worker may keep what it has built. */
  readonly digest: string
  readonly bytes: Uint8Array
  /** Values of shared variables; they may change while the digest stays. */
  readonly cells: readonly CellUpdate[]
  /** Identities of the classes in it: what is computed with it may be instances of them. */
  readonly classes: readonly string[]
}

/** A class under the identity that its instances have as records. */
export interface ClassName {
  readonly id: string
  /** The name of the class in the program. */
  readonly name: string
}
