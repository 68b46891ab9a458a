import { IllegalArgumentException } from '../../errors.ts'
import { SequenceFileError } from './errors.ts'
import { readVint, vintBytes, vintLength } from './vint.ts'

/** Classes of Hadoop that have a counterpart in JavaScript, by their names without the package. */
export type WritableName = keyof typeof WRITABLES

/** How one of Hadoop's Writables becomes a value and a value becomes one. */
interface Writable {
  /** The kind of value, for messages. */
  readonly holds: string
  readonly accepts: (value: unknown) => boolean
  readonly encode: (value: never) => Uint8Array
  readonly decode: (bytes: Buffer) => unknown
  /** Bytes that every value takes, or null where these differ. */
  readonly length: number | null
}

const NO_BYTES = new Uint8Array(0)
const MIN_INT = -(2 ** 31)
const MAX_INT = 2 ** 31 - 1
const MIN_LONG = -(2n ** 63n)
const MAX_LONG = 2n ** 63n - 1n

const WRITABLES = {
  Text: {
    holds: 'a string',
    accepts: (value) => typeof value === 'string',
    encode: (value: string) => {
      const text = Buffer.from(value)
      return Buffer.concat([vintBytes(text.length), text])
    },
    decode: (bytes) => bytes.toString('utf8', vintLength(bytes[0]!), vintLength(bytes[0]!) + readVint(bytes, 0)),
    length: null,
  },
  IntWritable: {
    holds: 'a whole number of 32 bits',
    accepts: (value) => Number.isInteger(value) && (value as number) >= MIN_INT && (value as number) <= MAX_INT,
    encode: (value: number) => fixed(4, (bytes) => bytes.writeInt32BE(value)),
    decode: (bytes) => bytes.readInt32BE(),
    length: 4,
  },
  LongWritable: {
    holds: 'a whole number or bigint of 64 bits',
    accepts: (value) =>
      Number.isSafeInteger(value) || (typeof value === 'bigint' && value >= MIN_LONG && value <= MAX_LONG),
    encode: (value: number | bigint) => fixed(8, (bytes) => bytes.writeBigInt64BE(BigInt(value))),
    decode: (bytes) => {
      const long = bytes.readBigInt64BE()
      const number = Number(long)
      return Number.isSafeInteger(number) ? number : long
    },
    length: 8,
  },
  DoubleWritable: {
    holds: 'a number',
    accepts: (value) => typeof value === 'number',
    encode: (value: number) => fixed(8, (bytes) => bytes.writeDoubleBE(value)),
    decode: (bytes) => bytes.readDoubleBE(),
    length: 8,
  },
  FloatWritable: {
    holds: 'a number',
    accepts: (value) => typeof value === 'number',
    encode: (value: number) => fixed(4, (bytes) => bytes.writeFloatBE(value)),
    decode: (bytes) => bytes.readFloatBE(),
    length: 4,
  },
  BooleanWritable: {
    holds: 'a boolean',
    accepts: (value) => typeof value === 'boolean',
    encode: (value: boolean) => Uint8Array.of(value ? 1 : 0),
    decode: (bytes) => bytes[0] !== 0,
    length: 1,
  },
  BytesWritable: {
    holds: 'bytes (Uint8Array)',
    accepts: (value) => value instanceof Uint8Array,
    encode: (value: Uint8Array) => Buffer.concat([fixed(4, (bytes) => bytes.writeInt32BE(value.length)), value]),
    // A copy: the block that it is a part of would stay in memory with it.
    decode: (bytes) => Buffer.from(bytes.subarray(4, 4 + bytes.readInt32BE())),
    length: null,
  },
  NullWritable: {
    holds: 'null or undefined',
    accepts: (value) => value === null || value === undefined,
    encode: () => NO_BYTES,
    decode: () => null,
    length: 0,
  },
} as const satisfies Readonly<Record<string, Writable>>

const PACKAGE = 'org.apache.hadoop.io.'

function fixed(length: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length)
  write(bytes)
  return bytes
}

/** The class's name with its package, as files have it. */
export function writableClass(name: WritableName): string {
  return PACKAGE + name
}

/** @param name with or without the package. @throws IllegalArgumentException for a class without a counterpart. */
export function writableNamed(name: string): WritableName {
  const short = name.startsWith(PACKAGE) ? name.slice(PACKAGE.length) : name
  if (Object.hasOwn(WRITABLES, short)) return short as WritableName
  throw new IllegalArgumentException(
    'UNSUPPORTED_WRITABLE',
    `The class ${name} of a SequenceFile has no counterpart in JavaScript. Supported are ${Object.keys(WRITABLES).join(', ')}.`,
  )
}

/** The class that a value is written as where nobody says which. @throws IllegalArgumentException where there is none. */
export function writableOf(value: unknown): WritableName {
  const order = [
    'IntWritable',
    'LongWritable',
    'DoubleWritable',
    'Text',
    'BooleanWritable',
    'BytesWritable',
    'NullWritable',
  ]
  const name = (order as WritableName[]).find((one) => WRITABLES[one].accepts(value))
  if (name !== undefined) return name
  throw new IllegalArgumentException(
    'UNSUPPORTED_WRITABLE',
    `A SequenceFile cannot hold ${describeValue(value)}: its keys and values are strings, numbers, bigints, booleans, bytes, null or undefined.`,
  )
}

/** @throws IllegalArgumentException for a value that the class cannot hold. */
export function encodeWritable(name: WritableName, value: unknown, role: 'key' | 'value'): Uint8Array {
  const writable: Writable = WRITABLES[name]
  if (writable.accepts(value)) return writable.encode(value as never)
  throw new IllegalArgumentException(
    'WRITABLE_MISMATCH',
    `The ${role} class of the SequenceFile is ${name}, which holds ${writable.holds}, but a ${role} is ${describeValue(value)}. The first record decides where saveAsSequenceFile has no ${role}Class: give one, such as DoubleWritable for numbers with fractions.`,
  )
}

/** @throws SequenceFileError where the bytes are fewer than the class has. */
export function decodeWritable(name: WritableName, bytes: Buffer, path: string): unknown {
  const writable: Writable = WRITABLES[name]
  try {
    return writable.decode(bytes)
  } catch (cause) {
    throw new SequenceFileError(path, `a ${name} of ${bytes.length} bytes`, cause)
  }
}

function describeValue(value: unknown): string {
  if (typeof value === 'bigint') return `the bigint ${value}`
  if (typeof value === 'object' && value !== null) return `an object of class ${value.constructor?.name ?? 'null'}`
  return `the ${typeof value} ${String(value)}`
}
