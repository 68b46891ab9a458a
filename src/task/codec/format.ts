/**
 * The byte format of a chunk of records, version 1, little-endian:
 *
 * `u8 version | u32 bytes that follow | varint record count | column`
 *
 * A column is a kind byte and what that kind says. Counts are never stored twice: a child column has as many values as its parent
 * implies. A column of more than `MAX_CHUNK_RECORDS` values takes at least one bit for each, so that damaged bytes cannot ask for
 * more memory than a small multiple of their own size.
 */
export const FORMAT_VERSION = 1

/** Bytes before the record count: version and length. */
export const CHUNK_HEADER_BYTES = 5

/** Records of one chunk; longer input is cut into several chunks. */
export const MAX_CHUNK_RECORDS = 16384

/** Columns of one chunk; what goes beyond is written value by value. */
export const MAX_COLUMNS = 512

/** Nesting of columns in columns; what lies deeper is written value by value. */
export const MAX_COLUMN_DEPTH = 24

/** Nesting of values in a value that is written value by value. */
export const MAX_VALUE_DEPTH = 1500

/** Longest array that becomes a tuple with one column for each place. */
export const MAX_TUPLE_LENGTH = 16

/** How one column is written. */
export const ColumnKind = {
  UNDEFINED: 0,
  NULL: 1,
  TRUE: 2,
  FALSE: 3,
  /** Bitmap. */
  BOOLEAN: 4,
  /** f64 base, u8 width (0, 1, 2, 4), then unsigned distances from the base: all integers whose range fits 32 bits. */
  INTEGER: 5,
  /** Eight bytes each, -0 and NaN included. */
  DOUBLE: 6,
  /** Eight bytes each: bigints that fit a signed 64-bit integer. */
  BIGINT64: 7,
  /** Lengths, then one byte for each character: all below 256. */
  LATIN1: 8,
  /** Lengths in characters, then two bytes for each. */
  UTF16: 9,
  /** Bitmap (1 = UTF16), a LATIN1 column of the zeros, a UTF16 column of the ones. */
  MIXED_STRING: 10,
  /** Varint count, string column of the distinct ones, integer codes. */
  DICTIONARY: 11,
  /** Milliseconds as in DOUBLE or INTEGER: one number column. */
  DATE: 12,
  /** Lengths, then the bytes of plain `Uint8Array`s. */
  UINT8_ARRAY: 13,
  /** Lengths, then the bytes of `Buffer`s. */
  BUFFER: 14,
  /** u8 length, then one column for each place. */
  TUPLE: 15,
  /** Lengths, then one column with all elements one after another. */
  LIST: 16,
  /** u8 prototype (0 plain, 1 null, 2 class id string), varint key count, keys, one column for each key. */
  OBJECT: 17,
  /** u8 which nothing (0 null, 1 undefined, 2 both with a second bitmap), bitmap of the values present, column of those. */
  NULLABLE: 18,
  /** Varint variant count, one byte for each value that names its variant, one column for each variant. */
  UNION: 19,
  /** A column of tagged values, one after another. */
  GENERIC: 20,
} as const

/** How one value of a generic column begins. */
export const ValueTag = {
  NULL: 0,
  UNDEFINED: 1,
  TRUE: 2,
  FALSE: 3,
  INT: 4,
  DOUBLE: 5,
  LATIN1: 6,
  UTF16: 7,
  BIGINT: 8,
  ARRAY: 9,
  SPARSE_ARRAY: 10,
  OBJECT: 11,
  NULL_OBJECT: 12,
  INSTANCE: 13,
  MAP: 14,
  SET: 15,
  DATE: 16,
  REGEXP: 17,
  ARRAY_BUFFER: 18,
  VIEW: 19,
  ERROR: 20,
  BOXED: 21,
  SYMBOL: 22,
  REFERENCE: 23,
  URL: 24,
  MATCH: 25,
} as const

/** Prototype of the objects of an OBJECT column. */
export const ObjectPrototype = { PLAIN: 0, NULL: 1, CLASS: 2 } as const

/** The marks for a missing value in a NULLABLE column. */
export const Nothing = { NULL: 0, UNDEFINED: 1, BOTH: 2 } as const
