/** Numbers of the Arrow IPC format that the rows between driver and executors need. All little-endian. */
export const CONTINUATION = 0xffffffff

/** What ends a stream: a continuation mark and a metadata length of zero. */
export const END_OF_ARROW_STREAM: Uint8Array = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0)

export const MessageHeader = { SCHEMA: 1, DICTIONARY_BATCH: 2, RECORD_BATCH: 3 } as const
export const MetadataVersion = { V5: 4 } as const
export const ArrowType = { INT: 2, BINARY: 4, UTF8: 5, STRUCT: 13, LARGE_BINARY: 19, LARGE_UTF8: 20 } as const

/** Slots of the tables of Arrow's Message.fbs and Schema.fbs. */
export const MessageSlot = { VERSION: 0, HEADER_TYPE: 1, HEADER: 2, BODY_LENGTH: 3 } as const
export const BatchSlot = { LENGTH: 0, NODES: 1, BUFFERS: 2, COMPRESSION: 3 } as const
export const SchemaSlot = { ENDIANNESS: 0, FIELDS: 1 } as const
export const FieldSlot = { NAME: 0, NULLABLE: 1, TYPE_TYPE: 2, TYPE: 3, DICTIONARY: 4, CHILDREN: 5 } as const
export const IntSlot = { BIT_WIDTH: 0, IS_SIGNED: 1 } as const

/** Buffers start on multiples of it. */
export const ALIGNMENT = 8

export function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT
}
