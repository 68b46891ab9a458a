import { IllegalArgumentException } from '../errors.ts'
import type { NodeShape } from '../rdd/rdd-lineage.ts'

/** The node of `parallelize`: slice i holds the values in [i·n/k, (i+1)·n/k). */
export function parallelizeShape(values: Iterable<unknown>, numSlices: number): NodeShape {
  checkSlices(numSlices)
  const all = Array.isArray(values) ? (values as unknown[]) : [...values]
  const bound = (i: number) => Math.floor((i * all.length) / numSlices)
  const slices = Array.from({ length: numSlices }, (_, i) => all.slice(bound(i), bound(i + 1)))
  return {
    kind: 'parallelize',
    className: 'ParallelCollectionRDD',
    numPartitions: numSlices,
    partitioner: null,
    slices,
  }
}

/** The node of `range`. */
export function rangeShape(start: number, end: number, step: number, numSlices: number): NodeShape {
  if (step === 0) throw illegal('requirement failed: step cannot be 0')
  for (const [name, value] of Object.entries({ start, end, step })) {
    if (!Number.isSafeInteger(value)) throw illegal(`The ${name} of range must be a whole number, not ${value}`)
  }
  checkSlices(numSlices)
  const count = Math.max(0, Math.ceil((end - start) / step))
  return {
    kind: 'range',
    className: 'MapPartitionsRDD',
    steps: ['ParallelCollectionRDD'],
    numPartitions: numSlices,
    partitioner: null,
    start,
    step,
    count,
  }
}

/** The node of `emptyRDD`: no partitions. */
export const EMPTY_SHAPE: NodeShape = {
  kind: 'parallelize',
  className: 'EmptyRDD',
  numPartitions: 0,
  partitioner: null,
  slices: [],
}

function checkSlices(numSlices: number): void {
  if (!Number.isInteger(numSlices) || numSlices < 1) {
    throw illegal(`Positive number of partitions required, not ${numSlices}`)
  }
}

function illegal(message: string): IllegalArgumentException {
  return new IllegalArgumentException('ILLEGAL_ARGUMENT', message)
}
