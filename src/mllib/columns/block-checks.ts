import { MLlibError } from '../records/mllib-error.ts'
import { placeOf, textOfRow, type VectorBlock } from './vector-block.ts'

/** What a data set must hold. */
export interface BlockChecks {
  /** Whether labels must be 0 or 1. */
  readonly isBinary?: boolean
  /** Whether numbers must be finite. */
  readonly mustBeFinite?: boolean
}

/** The blocks as they are. Runs on a worker. @throws MLlibError for the first row that does not hold, with the record and its place. */
export function* checkedBlocks(
  blocks: Iterable<VectorBlock>,
  partition: number,
  { isBinary, mustBeFinite }: BlockChecks,
): Generator<VectorBlock> {
  for (const block of blocks) {
    if (isBinary) checkLabels(block, partition)
    if (mustBeFinite) checkNumbers(block, partition)
    yield block
  }
}

function checkLabels(block: VectorBlock, partition: number): void {
  const row = block.labels.findIndex((label) => label !== 0 && label !== 1)
  if (row === -1) return
  throw new MLlibError(
    'INPUT_VALIDATION_FAILED',
    `Input validation failed. Classification labels should be 0 or 1, but ${placeOf(partition, block.first + row)} has ${block.labels[row]}: ` +
      textOfRow(block, row),
  )
}

function checkNumbers(block: VectorBlock, partition: number): void {
  const { labels, values, stride, starts } = block
  const badLabel = labels.findIndex((label) => !Number.isFinite(label))
  const badValue = values.findIndex((value) => !Number.isFinite(value))
  if (badLabel === -1 && badValue === -1) return
  const rowOfValue = stride > 0 ? Math.floor(badValue / stride) : starts.findLastIndex((start) => start <= badValue)
  const row = badValue === -1 ? badLabel : badLabel === -1 ? rowOfValue : Math.min(badLabel, rowOfValue)
  throw new MLlibError(
    'NOT_A_FINITE_NUMBER',
    `${placeOf(partition, block.first + row)} has a number that is NaN or infinite: ${textOfRow(block, row)}`,
  )
}
