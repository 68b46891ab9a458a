/** A table in a FlatBuffer, read field by field. Slots are a field's place in its schema, from 0. */
export class FlatTable {
  readonly #view: DataView
  readonly #at: number
  readonly #vtable: number
  readonly #vtableBytes: number

  /** @param at where the table begins. @throws RangeError when the buffer ends before what it points to. */
  constructor(view: DataView, at: number) {
    this.#view = view
    this.#at = at
    this.#vtable = at - view.getInt32(at, true)
    this.#vtableBytes = view.getUint16(this.#vtable, true)
  }

  /** The root table of a buffer. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  #field(slot: number): number {
    const entry = 4 + slot * 2
    if (entry >= this.#vtableBytes) return 0
    const offset = this.#view.getUint16(this.#vtable + entry, true)
    return offset === 0 ? 0 : this.#at + offset
  }

  uint8(slot: number): number {
    const at = this.#field(slot)
    return at === 0 ? 0 : this.#view.getUint8(at)
  }

  /** @param absent the value that the schema gives to a field that is not written. */
  int16(slot: number, absent = 0): number {
    const at = this.#field(slot)
    return at === 0 ? absent : this.#view.getInt16(at, true)
  }

  int32(slot: number, absent = 0): number {
    const at = this.#field(slot)
    return at === 0 ? absent : this.#view.getInt32(at, true)
  }

  int64(slot: number): number {
    const at = this.#field(slot)
    return at === 0 ? 0 : int64At(this.#view, at)
  }

  table(slot: number): FlatTable | null {
    const at = this.#field(slot)
    return at === 0 ? null : new FlatTable(this.#view, at + this.#view.getUint32(at, true))
  }

  string(slot: number): string {
    const at = this.#field(slot)
    if (at === 0) return ''
    const start = at + this.#view.getUint32(at, true)
    const { buffer, byteOffset } = this.#view
    return Buffer.from(buffer, byteOffset + start + 4, this.#view.getUint32(start, true)).toString('utf8')
  }

  /** The tables of a vector field. */
  tables(slot: number): FlatTable[] {
    const at = this.#field(slot)
    if (at === 0) return []
    const start = at + this.#view.getUint32(at, true)
    return Array.from({ length: this.#view.getUint32(start, true) }, (_, index) => {
      const entry = start + 4 + index * 4
      return new FlatTable(this.#view, entry + this.#view.getUint32(entry, true))
    })
  }

  /** The structs of a vector field, each of two 64-bit integers. */
  pairs(slot: number): FlatPairs {
    const at = this.#field(slot)
    return at === 0 ? NO_PAIRS : new FlatPairs(this.#view, at + this.#view.getUint32(at, true))
  }
}

/** A vector of structs of two 64-bit integers, read where it stands. */
export class FlatPairs {
  readonly length: number
  readonly #view: DataView
  readonly #start: number

  constructor(view: DataView, at: number) {
    this.length = view.getUint32(at, true)
    this.#view = view
    this.#start = at + 4
  }

  first(index: number): number {
    return int64At(this.#view, this.#start + index * PAIR_BYTES)
  }

  second(index: number): number {
    return int64At(this.#view, this.#start + index * PAIR_BYTES + 8)
  }
}

const PAIR_BYTES = 16
const NO_PAIRS = new FlatPairs(new DataView(new ArrayBuffer(4)), 0)

/** In two halves, as lengths are below 2^53 and a bigint would be allocated for each. */
function int64At(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
}
