import { ArrowStreamError } from './errors.ts'
import { FlatTable } from './flatbuffer-reader.ts'
import { type FlatFields, writeFlatBuffer } from './flatbuffer-writer.ts'
import { CONTINUATION, MessageSlot, MetadataVersion } from './format.ts'

/** The mark and the length that stand before a message's metadata. */
const FRAME_BYTES = 8

/** A message of a stream: its header, and its buffers. */
export interface ArrowMessage {
  readonly metadata: Uint8Array
  readonly body: Uint8Array
}

/** @returns the frame and the metadata of a message, behind which its body follows. */
export function messageOf(headerType: number, header: FlatFields, bodyLength: number): Uint8Array {
  const metadata = writeFlatBuffer([
    { slot: MessageSlot.VERSION, as: 'int16', value: MetadataVersion.V5 },
    { slot: MessageSlot.HEADER_TYPE, as: 'uint8', value: headerType },
    { slot: MessageSlot.HEADER, as: 'table', value: header },
    { slot: MessageSlot.BODY_LENGTH, as: 'int64', value: bodyLength },
  ])
  const framed = Buffer.allocUnsafe(FRAME_BYTES + metadata.length)
  framed.writeInt32LE(-1, 0)
  framed.writeInt32LE(metadata.length, 4)
  framed.set(metadata, FRAME_BYTES)
  return framed
}

/** How many bytes of body follow a message's metadata. */
export function bodyLengthOf(metadata: Uint8Array): number {
  return FlatTable.root(metadata).int64(MessageSlot.BODY_LENGTH)
}

/** The messages of a stream that is in memory, up to its end mark or the end of the bytes. @throws ArrowStreamError */
export function* messagesOf(bytes: Uint8Array): Generator<ArrowMessage> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let position = 0
  while (position + FRAME_BYTES <= bytes.length) {
    if (view.getUint32(position, true) !== CONTINUATION)
      throw new ArrowStreamError('an Arrow message begins without its mark')
    const length = view.getUint32(position + 4, true)
    if (length === 0) return
    const start = position + FRAME_BYTES + length
    if (start > bytes.length) throw cutOff()
    const metadata = bytes.subarray(position + FRAME_BYTES, start)
    const end = start + bodyLengthOf(metadata)
    if (end > bytes.length) throw cutOff()
    yield { metadata, body: bytes.subarray(start, end) }
    position = end
  }
}

function cutOff(): ArrowStreamError {
  return new ArrowStreamError('an Arrow stream ends within a message')
}
