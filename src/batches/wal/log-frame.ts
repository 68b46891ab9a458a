import { crc32 } from 'node:zlib'
import type { DataBlock } from '../../engine/lineage.ts'
import { RecordCodec } from '../../task/codec/index.ts'

/** The header of a block in a log. */
export interface LoggedBlock {
  /** The block's place in the log of its stream, growing by one, through all files and runs. */
  readonly sequence: number
  readonly id: string
  readonly format: DataBlock['format']
  /** The number of records in the block, or -1 when it is unknown. */
  readonly recordCount: number
  /** The metadata that the receiver stored with the data. */
  readonly metadata: unknown
  /**
   * The numbers of earlier blocks that were refused although they may be in the log: their write was given up, and may have completed later. A reader of the
   * log skips these blocks.
   */
  readonly refused: readonly number[]
}

/** Length and checksum of what follows. */
export const FRAME_HEADER_BYTES = 8
/** The length of the description, which comes next. The block's data follows the description. */
const DESCRIPTION_LENGTH_BYTES = 4

const codec = new RecordCodec()

/** Encodes the header that precedes a block's data in a log. @throws RecordNotSerializableError for metadata that cannot be written. */
export function frameBefore(block: LoggedBlock, data: Uint8Array): Uint8Array {
  const { sequence, id, format, recordCount, metadata, refused } = block
  const description = codec.encode([[sequence, id, format, recordCount, metadata, refused]])
  const length = DESCRIPTION_LENGTH_BYTES + description.length
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + length)
  bytes.writeUInt32BE(length + data.length, 0)
  bytes.writeUInt32BE(description.length, FRAME_HEADER_BYTES)
  bytes.set(description, FRAME_HEADER_BYTES + DESCRIPTION_LENGTH_BYTES)
  bytes.writeUInt32BE(crc32(data, crc32(bytes.subarray(FRAME_HEADER_BYTES))), 4)
  return bytes
}

/** The length of a frame's content and its checksum, from its header. */
export function readFrameHeader(header: Uint8Array): { readonly length: number; readonly checksum: number } {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  return { length: view.getUint32(0), checksum: view.getUint32(4) }
}

/** The block that a frame's content describes, and where its data begins in there; null when the content is not what was written. */
export function readFrame(
  content: Uint8Array,
  checksum: number,
): { readonly block: LoggedBlock; readonly dataOffset: number } | null {
  if (content.length < DESCRIPTION_LENGTH_BYTES || crc32(content) !== checksum) return null
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0)
  const dataOffset = DESCRIPTION_LENGTH_BYTES + length
  const description = codec.decode(content.subarray(DESCRIPTION_LENGTH_BYTES, dataOffset))
  // Logs written before refused blocks were noted have five fields.
  const [sequence, id, format, recordCount, metadata, refused = []] = description[0] as [
    number,
    string,
    DataBlock['format'],
    number,
    unknown,
    (readonly number[])?,
  ]
  return { block: { sequence, id, format, recordCount, metadata, refused }, dataOffset }
}
