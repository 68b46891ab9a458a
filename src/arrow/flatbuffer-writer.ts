/** A table to write: its fields by slot. */
export type FlatFields = readonly FlatField[]

export type FlatField =
  | { readonly slot: number; readonly as: 'uint8' | 'int16' | 'int32' | 'int64'; readonly value: number }
  | { readonly slot: number; readonly as: 'string'; readonly value: string }
  | { readonly slot: number; readonly as: 'table'; readonly value: FlatFields }
  | { readonly slot: number; readonly as: 'tables'; readonly value: readonly FlatFields[] }
  /** Structs of two 64-bit integers. */
  | { readonly slot: number; readonly as: 'pairs'; readonly value: readonly (readonly [number, number])[] }

const WIDTHS = { uint8: 1, int16: 2, int32: 4, int64: 8, string: 4, table: 4, tables: 4, pairs: 4 } as const

/**
 * Writes a FlatBuffer from its root on: a table stands before what it points to, as offsets only point forward.
 * Its length is a multiple of 8.
 */
export function writeFlatBuffer(root: FlatFields): Uint8Array {
  const writer = new FlatWriter()
  writer.reference(writer.reserve(4), writer.table(root))
  return writer.finish()
}

class FlatWriter {
  #bytes = Buffer.alloc(512)
  #length = 0

  /** Zeroed bytes at the end. @returns where they are. */
  reserve(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes], Math.max(this.#length, this.#bytes.length * 2))
    }
    return at
  }

  reference(from: number, to: number): void {
    this.#bytes.writeUInt32LE(to - from, from)
  }

  table(fields: FlatFields): number {
    const slots = fields.reduce((most, { slot }) => Math.max(most, slot + 1), 0)
    const ordered = fields.toSorted((a, b) => WIDTHS[b.as] - WIDTHS[a.as])
    const vtable = this.#aligned(2, 4 + slots * 2)
    // Wide fields come first: with 4 bytes in front of it, the first must stand on a multiple of 8.
    this.#align(8)
    this.reserve(4)
    const at = this.reserve(4)
    const places = ordered.map((field) => [field, this.#aligned(WIDTHS[field.as], WIDTHS[field.as])] as const)
    this.#bytes.writeInt32LE(at - vtable, at)
    this.#bytes.writeUInt16LE(4 + slots * 2, vtable)
    this.#bytes.writeUInt16LE(this.#length - at, vtable + 2)
    for (const [{ slot }, place] of places) this.#bytes.writeUInt16LE(place - at, vtable + 4 + slot * 2)
    for (const [field, place] of places) this.#write(field, place)
    return at
  }

  finish(): Uint8Array {
    this.#align(8)
    return this.#bytes.subarray(0, this.#length)
  }

  #write(field: FlatField, at: number): void {
    switch (field.as) {
      case 'uint8':
        this.#bytes.writeUInt8(field.value, at)
        break
      case 'int16':
        this.#bytes.writeInt16LE(field.value, at)
        break
      case 'int32':
        this.#bytes.writeInt32LE(field.value, at)
        break
      case 'int64':
        this.#writeInt64(field.value, at)
        break
      case 'string':
        this.reference(at, this.#string(field.value))
        break
      case 'table':
        this.reference(at, this.table(field.value))
        break
      case 'tables':
        this.reference(at, this.#tables(field.value))
        break
      case 'pairs':
        this.reference(at, this.#pairs(field.value))
        break
    }
  }

  #string(text: string): number {
    const bytes = Buffer.from(text)
    const at = this.#aligned(4, 4 + bytes.length + 1)
    this.#bytes.writeUInt32LE(bytes.length, at)
    bytes.copy(this.#bytes, at + 4)
    return at
  }

  #tables(tables: readonly FlatFields[]): number {
    const at = this.#aligned(4, 4 + tables.length * 4)
    this.#bytes.writeUInt32LE(tables.length, at)
    tables.forEach((fields, index) => {
      this.reference(at + 4 + index * 4, this.table(fields))
    })
    return at
  }

  #pairs(pairs: readonly (readonly [number, number])[]): number {
    // The structs hold 64-bit integers, the length before them takes 4 bytes.
    this.#align(8)
    this.reserve(4)
    const at = this.reserve(4 + pairs.length * 16)
    this.#bytes.writeUInt32LE(pairs.length, at)
    pairs.forEach(([first, second], index) => {
      this.#writeInt64(first, at + 4 + index * 16)
      this.#writeInt64(second, at + 12 + index * 16)
    })
    return at
  }

  #writeInt64(value: number, at: number): void {
    // In two halves: lengths are below 2^53, and a bigint would be allocated for each.
    this.#bytes.writeUInt32LE(value % 2 ** 32, at)
    this.#bytes.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
  }

  #align(width: number): void {
    this.reserve((width - (this.#length % width)) % width)
  }

  #aligned(width: number, count: number): number {
    this.#align(width)
    return this.reserve(count)
  }
}
