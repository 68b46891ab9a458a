import { ArrowStreamError } from '../../../arrow/errors.ts'
import { CONTINUATION } from '../../../arrow/format.ts'
import { bodyLengthOf } from '../../../arrow/message.ts'
import { ANCHOR_LEAF, type FilePiece, pieceName, type SparkCommand } from '../command.ts'
import type { BlockBatch, RowBatch } from '../rows/row-batch.ts'
import { BatchDecoder, type BatchKind } from '../rows/row-batch-reader.ts'
import type { ByteInput } from './protocol/byte-input.ts'
import type { TaskStart } from './protocol/task-start.ts'

/** The rows of a task, a batch at a time as they arrive; ends with the Arrow stream. */
export function taskRowBatches(input: ByteInput, { pieces }: SparkCommand, start: TaskStart): AsyncGenerator<RowBatch> {
  return pieces === null ? rowBatches(input) : lineBatches(batches(input, 'blocks'), pieces, start.partition)
}

/** The rows of one Arrow stream. */
export function rowBatches(input: ByteInput): AsyncGenerator<RowBatch> {
  return batches(input, 'rows')
}

async function* batches<Kind extends BatchKind>(input: ByteInput, kind: Kind) {
  const decoder = new BatchDecoder(kind)
  for (;;) {
    const mark = (await input.read(4)).readUInt32LE(0)
    if (mark !== CONTINUATION) throw new ArrowStreamError(`the rows begin with ${mark}, which begins no Arrow message`)
    const length = (await input.read(4)).readInt32LE(0)
    if (length === 0) return
    const metadata = await input.read(length)
    const body = await input.read(bodyLengthOf(metadata))
    const batch = decoder.decode(metadata, body)
    if (batch !== null) yield batch
  }
}

/** The lines of a piece as rows for the targets that read it: the lines of a batch stand one behind the other and are one block. */
async function* lineBatches(
  lines: AsyncGenerator<BlockBatch>,
  pieces: readonly FilePiece[],
  partition: number,
): AsyncGenerator<RowBatch> {
  let targets: readonly number[] | null = null
  let part = 0
  for await (const { length, offsets, data } of lines) {
    if (length === 0) continue
    let from = Number(offsets[0])
    if (targets === null) {
      const end = data.indexOf(LINE_FEED, from)
      targets = targetsOf(Buffer.from(data.subarray(from, end)).toString('utf8'), pieces)
      from = end + 1
    }
    yield* rowsOfBlock(targets, 0, part, data.subarray(from, Number(offsets[length])))
    part += 1
  }
  // No line begins in this piece: its targets have nothing to read, and run all the same.
  if (targets === null) yield* rowsOfBlock(pieces[partition]?.targets ?? [], ANCHOR_LEAF, 0, new Uint8Array(0))
}

const LINE_FEED = 10

function targetsOf(header: string, pieces: readonly FilePiece[]): readonly number[] {
  const space = header.indexOf(' ')
  const name = pieceName(decodeURIComponent(header.slice(space + 1)), Number(header.slice(0, space)))
  return pieces.find((piece) => piece.name === name)?.targets ?? []
}

/** A row of the block for each target. */
function* rowsOfBlock(targets: readonly number[], leaf: number, part: number, block: Uint8Array): Generator<RowBatch> {
  for (const target of targets) {
    yield {
      length: 1,
      target: Int32Array.of(target),
      leaf: Int32Array.of(leaf),
      source: Int32Array.of(0),
      part: Int32Array.of(part),
      offsets: Int32Array.of(0, block.length),
      data: block,
    }
  }
}
