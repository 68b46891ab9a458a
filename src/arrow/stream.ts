import { readBatch } from './batch-reader.ts'
import { batchMessage } from './batch-writer.ts'
import type { ArrowBatch } from './column.ts'
import { ArrowStreamError } from './errors.ts'
import { FlatTable } from './flatbuffer-reader.ts'
import { END_OF_ARROW_STREAM, MessageHeader, MessageSlot } from './format.ts'
import { messagesOf } from './message.ts'
import type { ArrowSchema } from './schema.ts'
import { readSchema } from './schema-reader.ts'
import { schemaMessage } from './schema-writer.ts'

/** Gives equal schema messages one schema: stage after stage sends the same few. */
class KnownSchemas {
  #lastMetadata: Uint8Array | null = null
  #lastSchema: ArrowSchema | null = null

  read(metadata: Uint8Array, header: FlatTable): ArrowSchema {
    if (
      this.#lastSchema !== null &&
      this.#lastMetadata !== null &&
      Buffer.compare(metadata, this.#lastMetadata) === 0
    ) {
      return this.#lastSchema
    }
    const schema = readSchema(header)
    this.#lastMetadata = Uint8Array.from(metadata)
    this.#lastSchema = schema
    return schema
  }
}

const schemas = new KnownSchemas()

/** Reads the messages of one stream as they arrive. */
export class ArrowDecoder {
  #schema: ArrowSchema | null = null

  /** The schema, once its message was read. */
  get schema(): ArrowSchema | null {
    return this.#schema
  }

  /**
   * Takes one message. @returns its rows, null for the schema.
   * @throws ArrowStreamError
   */
  decode(metadata: Uint8Array, body: Uint8Array): ArrowBatch | null {
    const message = FlatTable.root(metadata)
    const header = message.table(MessageSlot.HEADER)
    if (header === null) throw new ArrowStreamError('an Arrow message has no header')
    switch (message.uint8(MessageSlot.HEADER_TYPE)) {
      case MessageHeader.SCHEMA:
        this.#schema = schemas.read(metadata, header)
        return null
      case MessageHeader.RECORD_BATCH:
        if (this.#schema === null) throw new ArrowStreamError('an Arrow batch comes before its schema')
        return readBatch(this.#schema, header, body)
      default:
        throw new ArrowStreamError(
          'the Arrow stream has dictionaries or tensors, which Spark never sends',
          'ARROW_TYPE_UNSUPPORTED',
        )
    }
  }
}

/** Reads the batches of a whole stream that is in memory. @throws ArrowStreamError */
export function* readArrowStream(bytes: Uint8Array): Generator<ArrowBatch> {
  const decoder = new ArrowDecoder()
  for (const { metadata, body } of messagesOf(bytes)) {
    const batch = decoder.decode(metadata, body)
    if (batch !== null) yield batch
  }
}

/** The schema of a whole stream that is in memory. @throws ArrowStreamError */
export function readArrowSchema(bytes: Uint8Array): ArrowSchema {
  const decoder = new ArrowDecoder()
  for (const { metadata, body } of messagesOf(bytes)) {
    decoder.decode(metadata, body)
    if (decoder.schema !== null) return decoder.schema
  }
  throw new ArrowStreamError('an Arrow stream ends before its schema')
}

/** @returns a whole stream of batches that all have the schema, for instance the data of a local relation. */
export function writeArrowStream(schema: ArrowSchema, batches: Iterable<ArrowBatch>): Buffer {
  const pieces = [schemaMessage(schema)]
  for (const batch of batches) for (const piece of batchMessage(batch)) pieces.push(piece)
  return Buffer.concat([...pieces, END_OF_ARROW_STREAM])
}
