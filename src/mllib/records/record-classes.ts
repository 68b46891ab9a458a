import { LabeledPoint } from './labeled-point.ts'
import { BinarySample, StreamingTestResult } from './significance.ts'
import { DenseVector, SparseVector } from './vector.ts'

/** Classes of this package whose instances are records of users, by the names under which the class travels with its instances. */
export const PACKAGE_RECORD_CLASSES = {
  'millstream.DenseVector': DenseVector,
  'millstream.SparseVector': SparseVector,
  'millstream.LabeledPoint': LabeledPoint,
  'millstream.BinarySample': BinarySample,
  'millstream.StreamingTestResult': StreamingTestResult,
} as const
