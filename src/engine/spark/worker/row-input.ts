import { CONTINUATION } from '../arrow/format.ts'
import type { RowBatch } from '../arrow/row-batch.ts'
import { ArrowStreamError, RowBatchDecoder } from '../arrow/row-batch-reader.ts'
import type { ByteInput } from './protocol/byte-input.ts'

/** The rows of a task, a batch at a time as they arrive; ends with the Arrow stream. */
export async function* rowBatches(input: ByteInput): AsyncGenerator<RowBatch> {
  const decoder = new RowBatchDecoder()
  for (;;) {
    const mark = (await input.read(4)).readUInt32LE(0)
    if (mark !== CONTINUATION) throw new ArrowStreamError(`the rows begin with ${mark}, which begins no Arrow message`)
    const length = (await input.read(4)).readInt32LE(0)
    if (length === 0) return
    const metadata = await input.read(length)
    const body = await input.read(RowBatchDecoder.bodyLength(metadata))
    const batch = decoder.decode(metadata, body)
    if (batch !== null) yield batch
  }
}
