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

  int32(slot: number): number {
    const at = this.#field(slot)
    return at === 0 ? 0 : this.#view.getInt32(at, true)
  }

  int64(slot: number): number {
    const at = this.#field(slot)
    return at === 0 ? 0 : Number(this.#view.getBigInt64(at, true))
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
  pairs(slot: number): readonly (readonly [number, number])[] {
    const at = this.#field(slot)
    if (at === 0) return []
    const start = at + this.#view.getUint32(at, true)
    return Array.from({ length: this.#view.getUint32(start, true) }, (_, index) => {
      const entry = start + 4 + index * 16
      return [Number(this.#view.getBigInt64(entry, true)), Number(this.#view.getBigInt64(entry + 8, true))] as const
    })
  }
}
