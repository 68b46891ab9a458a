import { javaDouble, parseJavaDouble } from './java-double.ts'
import { MLlibError } from './mllib-error.ts'
import { NumericTuple, parseNumericText, shown } from './numeric-parser.ts'
import { DenseVector, type Vector } from './vector.ts'
import { asVector, vectorOfNumeric } from './vectors.ts'

/** A label and the features that go with it (Spark's `LabeledPoint`). */
export class LabeledPoint {
  /** The label: a number to predict, or the number of a class. */
  readonly label: number
  /** The features of the point. */
  readonly features: Vector

  /** @param features an array of numbers is taken as a dense vector. */
  constructor(label: number, features: Vector | ArrayLike<number>) {
    this.label = label
    this.features = asVector(features)
  }

  /**
   * Reads `(label,[1.0,2.0])`, `(label,(size,[indices],[values]))`, or the format that Spark had before 1.0: `label,x1 x2 x3`.
   * @throws MLlibError `CANNOT_PARSE_NUMERIC` in Spark's words, with the text and the place in it.
   */
  static parse(text: string): LabeledPoint {
    if (!text.startsWith('(')) return parseOldFormat(text)
    const parsed = parseNumericText(text)
    if (parsed instanceof NumericTuple && parsed.items.length === 2) {
      const [label, features] = parsed.items
      if (typeof label === 'number') return new LabeledPoint(label, vectorOfNumeric(features!, text))
    }
    throw new MLlibError(
      'CANNOT_PARSE_NUMERIC',
      `Cannot parse ${parsed}. In '${shown(text)}': a labelled point is written (label,vector).`,
    )
  }

  /** `(1.0,[2.0,3.0])`, which {@link LabeledPoint.parse} reads. */
  toString(): string {
    return `(${javaDouble(this.label)},${this.features})`
  }
}

function parseOldFormat(text: string): LabeledPoint {
  const [label = '', features] = text.split(',')
  const number = (part: string): number => {
    const value = parseJavaDouble(part)
    if (value !== undefined) return value
    const what = part === '' ? 'empty String' : `For input string: "${part}"`
    throw new MLlibError('CANNOT_PARSE_NUMERIC', `${what} In '${shown(text)}': ${FORMATS}`)
  }
  const labelValue = number(label)
  if (features === undefined) {
    throw new MLlibError(
      'CANNOT_PARSE_NUMERIC',
      `Index 1 out of bounds for length 1: there are no features behind the label in '${shown(text)}': ${FORMATS}`,
    )
  }
  return new LabeledPoint(labelValue, new DenseVector(features.trim().split(' ').map(number)))
}

const FORMATS = 'a labelled point is written (label,vector), or label,x1 x2 x3.'
