/** Numbers in a typed array that grows: outside of the heap, eight bytes each. */
export class NumberList {
  #items: Float64Array
  #length = 0

  constructor(capacity = 16) {
    this.#items = new Float64Array(capacity)
  }
  get length(): number {
    return this.#length
  }
  at(index: number): number {
    return this.#items[index] as number
  }
  push(value: number): void {
    if (this.#length === this.#items.length) this.#items = grown(this.#items, this.#length * 2)
    this.#items[this.#length] = value
    this.#length += 1
  }
  clear(): void {
    this.#length = 0
  }
}

/** The same numbers with room for at least `capacity`. */
export function grown<A extends Float64Array | Int32Array>(items: A, capacity: number): A {
  const larger = new (items.constructor as new (length: number) => A)(capacity)
  larger.set(items)
  return larger
}
