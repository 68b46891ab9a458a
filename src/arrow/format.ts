/** Numbers of the Arrow IPC format. Everything is little-endian. */
export const CONTINUATION = 0xffffffff

/** The bytes that end a stream: a continuation mark and a metadata length of zero. */
export const END_OF_ARROW_STREAM: Uint8Array = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0)

export const MessageHeader = { SCHEMA: 1, DICTIONARY_BATCH: 2, RECORD_BATCH: 3 } as const
export const MetadataVersion = { V5: 4 } as const

/** The members of the union `Type` in Schema.fbs. */
export const TypeNumber = {
  NULL: 1,
  INT: 2,
  FLOATING_POINT: 3,
  BINARY: 4,
  UTF8: 5,
  BOOL: 6,
  DECIMAL: 7,
  DATE: 8,
  TIME: 9,
  TIMESTAMP: 10,
  INTERVAL: 11,
  LIST: 12,
  STRUCT: 13,
  MAP: 17,
  DURATION: 18,
  LARGE_BINARY: 19,
  LARGE_UTF8: 20,
  LARGE_LIST: 21,
} as const

export const FloatPrecision = { SINGLE: 1, DOUBLE: 2 } as const
export const DateUnit = { DAY: 0, MILLISECOND: 1 } as const
export const ArrowTimeUnit = { SECOND: 0, MILLISECOND: 1, MICROSECOND: 2, NANOSECOND: 3 } as const
export const IntervalUnit = { YEAR_MONTH: 0, DAY_TIME: 1, MONTH_DAY_NANO: 2 } as const

/** Slots of the tables of Arrow's Message.fbs and Schema.fbs. */
export const MessageSlot = { VERSION: 0, HEADER_TYPE: 1, HEADER: 2, BODY_LENGTH: 3 } as const
export const BatchSlot = { LENGTH: 0, NODES: 1, BUFFERS: 2, COMPRESSION: 3 } as const
export const CompressionSlot = { CODEC: 0 } as const
export const SchemaSlot = { ENDIANNESS: 0, FIELDS: 1, METADATA: 2 } as const
export const FieldSlot = {
  NAME: 0,
  NULLABLE: 1,
  TYPE_TYPE: 2,
  TYPE: 3,
  DICTIONARY: 4,
  CHILDREN: 5,
  METADATA: 6,
} as const
export const KeyValueSlot = { KEY: 0, VALUE: 1 } as const
export const IntSlot = { BIT_WIDTH: 0, IS_SIGNED: 1 } as const
export const FloatSlot = { PRECISION: 0 } as const
export const DecimalSlot = { PRECISION: 0, SCALE: 1, BIT_WIDTH: 2 } as const
/** Date, Time, Timestamp, Interval and Duration begin with their unit. */
export const UnitSlot = { UNIT: 0 } as const
export const TimeSlot = { BIT_WIDTH: 1 } as const
export const TimestampSlot = { TIME_ZONE: 1 } as const
export const MapSlot = { KEYS_SORTED: 0 } as const

/** Buffers start on multiples of it. */
export const ALIGNMENT = 8

export function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT
}
