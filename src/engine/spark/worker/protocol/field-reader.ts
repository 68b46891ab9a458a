/** There are fewer bytes than the fields need. */
export class IncompleteError extends Error {
  override readonly name = 'IncompleteError'
}

/** Reads Spark's big-endian fields one after another from bytes in memory. */
export class FieldReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#at
  }

  int(): number {
    return this.#bytes.readInt32BE(this.#advance(4))
  }

  long(): number {
    return Number(this.#bytes.readBigInt64BE(this.#advance(8)))
  }

  bool(): boolean {
    return this.#bytes[this.#advance(1)] !== 0
  }

  bytes(): Buffer {
    const length = this.int()
    if (length < 0) throw new RangeError(`a field has the length ${length}`)
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  /** An int n, then n times what `read` takes. */
  list<T>(read: () => T): T[] {
    const count = this.int()
    const items: T[] = []
    for (let index = 0; index < count; index++) items.push(read())
    return items
  }

  #advance(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) throw new IncompleteError('the message ends within a field')
    this.#at = at + count
    return at
  }
}
