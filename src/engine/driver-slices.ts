import { type ClassTable, RecordCodec, RecordNotSerializableError } from '../task/codec/index.ts'
import type { LineageNode } from './lineage.ts'

type Collection = Extract<LineageNode, { kind: 'parallelize' }>

/** A slice of a collection of the driver, encoded. */
export interface EncodedSlice {
  readonly bytes: Uint8Array
  /** Identities of the classes whose instances are in it. */
  readonly classes: readonly string[]
}

const EMPTY: EncodedSlice = { bytes: new Uint8Array(0), classes: [] }

/** Slices of the driver's collections, each encoded once for all tasks and jobs that read it. */
export class DriverSlices {
  readonly #slices = new WeakMap<LineageNode, (EncodedSlice | undefined)[]>()
  readonly #codec: RecordCodec
  readonly #place: (bytes: Uint8Array) => Uint8Array
  /** Classes met in the slice that is being encoded. */
  readonly #met = new Set<string>()

  /** @param place puts the bytes of a slice where the engine wants them. */
  constructor(classes: ClassTable, place: (bytes: Uint8Array) => Uint8Array) {
    this.#place = place
    this.#codec = new RecordCodec({
      idOf: (ctor) => {
        const id = classes.idOf(ctor)
        if (id !== undefined) this.#met.add(id)
        return id
      },
      byId: (id) => classes.byId(id),
    })
  }

  /**
   * @throws RecordNotSerializableError which names the collection; ClassNotReadyError while a class of its records cannot be sent yet.
   */
  slice(node: Collection, partition: number): EncodedSlice {
    let slices = this.#slices.get(node)
    if (slices === undefined) {
      slices = []
      this.#slices.set(node, slices)
    }
    const slice = slices[partition] ?? this.#encode(node, node.slices[partition] ?? [])
    slices[partition] = slice
    return slice
  }

  #encode(node: Collection, records: readonly unknown[]): EncodedSlice {
    if (records.length === 0) return EMPTY
    this.#met.clear()
    try {
      return { bytes: this.#place(this.#codec.encode(records)), classes: [...this.#met] }
    } catch (error) {
      if (error instanceof RecordNotSerializableError) throw error.at(node.callSite)
      throw error
    }
  }
}
