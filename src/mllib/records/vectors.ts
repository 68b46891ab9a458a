import { IllegalArgumentException } from '../../errors.ts'
import { MLlibError } from './mllib-error.ts'
import { type Numeric, NumericArray, NumericTuple, parseNumericText, shown } from './numeric-parser.ts'
import { requireVector } from './requirement.ts'
import { DenseVector, isVector, SparseVector, type Vector, type VectorJson } from './vector.ts'

/** Makes vectors (Spark's `Vectors`). */
export const Vectors = {
  /** A dense vector of these numbers, given one by one or as one array or typed array. @example Vectors.dense(1, 2, 3) */
  dense(...values: readonly number[] | readonly [ArrayLike<number>]): DenseVector {
    const [first] = values
    return new DenseVector(typeof first === 'object' ? Array.from(first) : ([...values] as number[]))
  },

  /**
   * A sparse vector of this size: with indices and values, or with pairs of both in any order, or with an object from index to value.
   * @throws IllegalArgumentException for indices that repeat, are negative or do not fit the size.
   * @example Vectors.sparse(3, [0, 2], [1, 3]) // the same as Vectors.sparse(3, [[2, 3], [0, 1]])
   */
  sparse(
    size: number,
    indices:
      | ArrayLike<number>
      | readonly (readonly [index: number, value: number])[]
      | Readonly<Record<number, number>>,
    values?: ArrayLike<number>,
  ): SparseVector {
    if (values !== undefined) {
      return new SparseVector(size, Array.from(indices as ArrayLike<number>), Array.from(values))
    }
    const pairs = pairsOf(indices as readonly (readonly [number, number])[]).sort(([a], [b]) => a - b)
    for (let i = 1; i < pairs.length; i++) {
      requireVector(pairs[i]![0] !== pairs[i - 1]![0], `Found duplicate indices: ${pairs[i]![0]}.`)
    }
    return new SparseVector(
      size,
      pairs.map(([index]) => index),
      pairs.map(([, value]) => value),
    )
  },

  /** A dense vector of `size` zeros. */
  zeros(size: number): DenseVector {
    return new DenseVector(new Array<number>(size).fill(0))
  },

  /**
   * Reads what a vector's `toString` gives: `[1.0,2.0]` or `(size,[indices],[values])`.
   * @throws MLlibError `CANNOT_PARSE_NUMERIC` in Spark's words, with the text and the place in it.
   */
  parse(text: string): Vector {
    return vectorOfNumeric(parseNumericText(text), text)
  },

  /** Reads Spark's JSON of a vector, as text or parsed. @throws MLlibError `CANNOT_PARSE_NUMERIC` */
  fromJson(json: string | VectorJson): Vector {
    const parsed = (typeof json === 'string' ? JSON.parse(json) : json) as VectorJson
    if (parsed.type === 1) return new DenseVector([...parsed.values])
    if (parsed.type === 0) return new SparseVector(parsed.size, [...parsed.indices], [...parsed.values])
    throw new MLlibError(
      'CANNOT_PARSE_NUMERIC',
      `Cannot parse ${shown(JSON.stringify(json))}: its type is neither 0 nor 1.`,
    )
  },

  /** The p-norm, for p from 1 to Infinity. @throws IllegalArgumentException for another p. */
  norm(vector: Vector, p: number): number {
    requireVector(
      p >= 1,
      `To compute the p-norm of the vector, we require that you specify a p>=1. You specified p=${p}.`,
    )
    const { values } = vector
    if (p === 1) return values.reduce((sum, value) => sum + Math.abs(value), 0)
    if (p === 2) return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    if (p === Number.POSITIVE_INFINITY) return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    return values.reduce((sum, value) => sum + Math.abs(value) ** p, 0) ** (1 / p)
  },

  /** The sum of squared differences. @throws IllegalArgumentException when the sizes differ. */
  sqdist(a: Vector, b: Vector): number {
    requireVector(a.size === b.size, `Vector dimensions do not match: Dim(v1)=${a.size} and Dim(v2)=${b.size}.`)
    const [left, right] = [a.toArray(), b.toArray()]
    let sum = 0
    for (let i = 0; i < left.length; i++) sum += (left[i]! - right[i]!) ** 2
    return sum
  },
} as const

/** The vector that a parsed text is. @throws MLlibError when it is none. */
export function vectorOfNumeric(numeric: Numeric, text: string): Vector {
  if (numeric instanceof NumericArray) return new DenseVector(numeric.values)
  if (numeric instanceof NumericTuple) {
    const [size, indices, values] = numeric.items
    const isSparse = typeof size === 'number' && indices instanceof NumericArray && values instanceof NumericArray
    if (isSparse && numeric.items.length === 3) {
      try {
        return new SparseVector(Math.trunc(size), indices.values.map(Math.trunc), values.values)
      } catch (cause) {
        throw new MLlibError('CANNOT_PARSE_NUMERIC', `${(cause as Error).message} In '${shown(text)}'.`, { cause })
      }
    }
  }
  throw new MLlibError(
    'CANNOT_PARSE_NUMERIC',
    `Cannot parse ${numeric}. In '${shown(text)}': a vector is written [1.0,2.0] or (size,[indices],[values]).`,
  )
}

/** A vector as it is, an array of numbers as a dense one. @throws IllegalArgumentException for anything else. */
export function asVector(value: Vector | ArrayLike<number>): Vector {
  if (isVector(value)) return value
  if (typeof value === 'object' && value !== null && typeof value.length === 'number') return Vectors.dense(value)
  throw new IllegalArgumentException(
    'ILLEGAL_ARGUMENT',
    `${String(value)} is no vector: give Vectors.dense(…), Vectors.sparse(…) or an array`,
  )
}

function pairsOf(
  elements: readonly (readonly [number, number])[] | Readonly<Record<number, number>>,
): (readonly [number, number])[] {
  if (Array.isArray(elements)) return [...(elements as readonly (readonly [number, number])[])]
  return Object.entries(elements).map(([index, value]) => [Number(index), value as number] as const)
}
