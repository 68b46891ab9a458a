import { javaDouble } from './java-double.ts'
import { requireVector } from './requirement.ts'

/** Numbers by index (Spark's `Vector`): a {@link DenseVector} or a {@link SparseVector}. Treat vectors as constants. */
export type Vector = DenseVector | SparseVector

/** Common to dense and sparse vectors. */
abstract class NumberVector {
  /** How many numbers the vector has, zeros included. */
  abstract readonly size: number
  /** The values that are stored: all of a dense vector, of a sparse one those at `indices`. */
  abstract readonly values: readonly number[]
  /** Every value, zeros included. Of a dense vector the array that it holds. */
  abstract toArray(): readonly number[]
  /** The value at index `i`, from 0. @throws IllegalArgumentException outside of the vector. */
  abstract apply(i: number): number
  /** Calls `f` with the index and the value of everything that is stored. */
  abstract foreachActive(f: (index: number, value: number) => void): void

  /** How many values are stored. */
  get numActives(): number {
    return this.values.length
  }

  /** How many values are not 0. */
  get numNonzeros(): number {
    return this.values.reduce((count, value) => (value === 0 ? count : count + 1), 0)
  }

  /** The index of the greatest value, the first one if there are several; -1 of an empty vector. */
  get argmax(): number {
    const values = this.toArray()
    let best = values.length === 0 ? -1 : 0
    for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
    return best
  }

  /** The same numbers, each stored. */
  toDense(): DenseVector {
    return new DenseVector(this.toArray())
  }

  /** The same numbers, zeros left out. */
  toSparse(): SparseVector {
    const indices: number[] = []
    const values: number[] = []
    this.foreachActive((index, value) => {
      if (value === 0) return
      indices.push(index)
      values.push(value)
    })
    return new SparseVector(this.size, indices, values)
  }

  /** Dense or sparse, whichever takes less memory. */
  compressed(): Vector {
    return 1.5 * (this.numNonzeros + 1) < this.size ? this.toSparse() : this.toDense()
  }

  /** The sum of products with another vector. @throws IllegalArgumentException when the sizes differ. */
  dot(other: Vector): number {
    requireSameSize(this, other, 'dot product')
    const values = other.toArray()
    let sum = 0
    this.foreachActive((index, value) => {
      sum += value * values[index]!
    })
    return sum
  }

  /** Whether the other one has the same size and, at every index, the same number, dense or sparse. */
  equals(other: unknown): boolean {
    if (!isVector(other) || other.size !== this.size) return false
    const values = other.toArray()
    return this.toArray().every((value, i) => value === values[i] || Object.is(value, values[i]))
  }
}

/** A vector that stores every value (Spark's `DenseVector`). */
export class DenseVector extends NumberVector {
  readonly values: readonly number[]

  /** @param values an array is kept, not copied. */
  constructor(values: readonly number[]) {
    super()
    this.values = values
  }
  /** How many numbers the vector has. */
  get size(): number {
    return this.values.length
  }
  override toArray(): readonly number[] {
    return this.values
  }
  override apply(i: number): number {
    requireIndex(this, i)
    return this.values[i]!
  }
  override foreachActive(f: (index: number, value: number) => void): void {
    for (let i = 0; i < this.values.length; i++) f(i, this.values[i]!)
  }
  /** A vector of its own. */
  copy(): DenseVector {
    return new DenseVector([...this.values])
  }
  /** `[1.0,2.0]`, which {@link Vectors.parse} reads. */
  override toString(): string {
    return `[${this.values.map(javaDouble).join(',')}]`
  }
  /** Spark's JSON: `{"type":1,"values":[…]}`. */
  toJSON(): VectorJson {
    return { type: 1, values: this.values }
  }
}

/** A vector that stores some values and their indices; the others are 0 (Spark's `SparseVector`). */
export class SparseVector extends NumberVector {
  /** How many numbers the vector has, zeros included. */
  readonly size: number
  /** Strictly ascending, from 0. */
  readonly indices: readonly number[]
  readonly values: readonly number[]

  /** @throws IllegalArgumentException for indices that are not ascending whole numbers within the size, or not as many as the values. */
  constructor(size: number, indices: readonly number[], values: readonly number[]) {
    super()
    requireVector(
      Number.isInteger(size) && size >= 0,
      `The size of the requested sparse vector must be no less than 0, but it is ${size}.`,
    )
    requireVector(
      indices.length === values.length,
      'Sparse vectors require that the dimension of the indices match the dimension of the values. ' +
        `You provided ${indices.length} indices and  ${values.length} values.`,
    )
    requireVector(
      indices.length <= size,
      `You provided ${indices.length} indices and values, which exceeds the specified vector size ${size}.`,
    )
    let before = -1
    for (const index of indices) {
      requireVector(Number.isInteger(index) && (before >= 0 || index >= 0), `Found negative index: ${index}.`)
      requireVector(before < index, `Index ${index} follows ${before} and is not strictly increasing`)
      before = index
    }
    requireVector(before < size, `Index ${before} out of bounds for vector of size ${size}`)
    this.size = size
    this.indices = indices
    this.values = values
  }
  override toArray(): readonly number[] {
    const all = new Array<number>(this.size).fill(0)
    for (let i = 0; i < this.indices.length; i++) all[this.indices[i]!] = this.values[i]!
    return all
  }
  override apply(i: number): number {
    requireIndex(this, i)
    const at = this.indices.indexOf(i)
    return at === -1 ? 0 : this.values[at]!
  }
  override foreachActive(f: (index: number, value: number) => void): void {
    for (let i = 0; i < this.indices.length; i++) f(this.indices[i]!, this.values[i]!)
  }
  /** A vector of its own. */
  copy(): SparseVector {
    return new SparseVector(this.size, [...this.indices], [...this.values])
  }
  /** `(3,[0,2],[1.0,3.0])`, which {@link Vectors.parse} reads. */
  override toString(): string {
    return `(${this.size},[${this.indices.join(',')}],[${this.values.map(javaDouble).join(',')}])`
  }
  /** Spark's JSON: `{"type":0,"size":3,"indices":[…],"values":[…]}`. */
  toJSON(): VectorJson {
    return { type: 0, size: this.size, indices: this.indices, values: this.values }
  }
}

/** Whether a value is a vector. Told by its parts: on a worker, a class may be there more than once. */
export function isVector(value: unknown): value is Vector {
  const vector = value as Partial<SparseVector> | null | undefined
  return (
    typeof vector === 'object' && vector !== null && Array.isArray(vector.values) && typeof vector.size === 'number'
  )
}

/** Whether a vector is sparse. */
export function isSparse(vector: Vector): vector is SparseVector {
  return 'indices' in vector
}

/** A vector as Spark writes it as JSON: type 1 is dense, type 0 is sparse. */
export type VectorJson =
  | {
      /** A dense vector. */
      readonly type: 1
      /** All numbers. */
      readonly values: readonly number[]
    }
  | {
      /** A sparse vector. */
      readonly type: 0
      /** How many numbers the vector has, zeros included. */
      readonly size: number
      /** The places of `values`, ascending, from 0. */
      readonly indices: readonly number[]
      /** The numbers at `indices`. */
      readonly values: readonly number[]
    }

function requireIndex(vector: Vector, i: number): void {
  requireVector(Number.isInteger(i) && i >= 0 && i < vector.size, `Index ${i} out of range [0, ${vector.size})`)
}

function requireSameSize(a: { readonly size: number }, b: { readonly size: number }, what: string): void {
  requireVector(a.size === b.size, `Vector dimensions do not match for ${what}: ${a.size} and ${b.size}`)
}
