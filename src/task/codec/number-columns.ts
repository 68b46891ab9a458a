import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { CorruptBlockError } from './errors.ts'
import { ColumnKind, MAX_CHUNK_RECORDS } from './format.ts'

/** Staging area for one column at a time; nothing that runs while it is filled can start another column. */
let staging = new ArrayBuffer(8 * 8192)
let stagedU16 = new Uint16Array(staging)
let stagedU32 = new Uint32Array(staging)
let stagedF64 = new Float64Array(staging)
let stagedI64 = new BigInt64Array(staging)

function stage(byteCount: number): void {
  if (byteCount <= staging.byteLength) return
  staging = new ArrayBuffer(2 ** Math.ceil(Math.log2(byteCount)))
  stagedU16 = new Uint16Array(staging)
  stagedU32 = new Uint32Array(staging)
  stagedF64 = new Float64Array(staging)
  stagedI64 = new BigInt64Array(staging)
}

/** Writes a column of numbers: as integers when all are and their range fits 32 bits, else as doubles. */
export function writeNumbers(sink: ByteSink, values: readonly number[], count: number): void {
  let low = values[0]!
  let high = low
  let isInteger = true
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    // Two comparisons settle the common case; -0 must stay a double.
    if ((value | 0) !== value && !Number.isSafeInteger(value)) {
      isInteger = false
      break
    }
    if (value === 0 && Object.is(value, -0)) {
      isInteger = false
      break
    }
    if (value < low) low = value
    else if (value > high) high = value
  }
  if (isInteger && high - low <= 0xffffffff) writeIntegers(sink, values, count, low, high)
  else writeDoubles(sink, values, count)
}

function writeIntegers(sink: ByteSink, values: readonly number[], count: number, low: number, high: number): void {
  const width = widthFor(high - low, count)
  sink.u8(ColumnKind.INTEGER)
  sink.f64(low)
  sink.u8(width)
  if (width === 1) {
    const at = sink.reserve(count)
    const buffer = sink.buffer
    for (let i = 0; i < count; i++) buffer[at + i] = values[i]! - low
  } else if (width === 2) {
    stage(count * 2)
    for (let i = 0; i < count; i++) stagedU16[i] = values[i]! - low
    sink.elements(stagedU16, count)
  } else if (width === 4) {
    stage(count * 4)
    for (let i = 0; i < count; i++) stagedU32[i] = values[i]! - low
    sink.elements(stagedU32, count)
  }
}

function widthFor(range: number, count: number): 0 | 1 | 2 | 4 {
  if (range === 0 && count <= MAX_CHUNK_RECORDS) return 0
  if (range <= 0xff) return 1
  return range <= 0xffff ? 2 : 4
}

function writeDoubles(sink: ByteSink, values: readonly number[], count: number): void {
  stage(count * 8)
  for (let i = 0; i < count; i++) stagedF64[i] = values[i]!
  sink.u8(ColumnKind.DOUBLE)
  sink.elements(stagedF64, count)
}

/** Reads the values of an INTEGER column, its kind byte read already. */
export function readIntegers(source: ByteSource, count: number): number[] {
  const base = source.f64()
  const width = source.u8()
  if (!Number.isSafeInteger(base))
    throw new CorruptBlockError(`an integer column at offset ${source.position} starts from ${base}`)
  return base >= -0x80000000 && base + maximumOf(width) <= 0x7fffffff
    ? readInt32s(source, count, base, width)
    : readLargeIntegers(source, count, base, width)
}

function maximumOf(width: number): number {
  return width === 0 ? 0 : 256 ** width - 1
}

function readInt32s(source: ByteSource, count: number, base: number, width: number): number[] {
  source.expect(count * width)
  const values = new Array<number>(count)
  const from = base | 0
  if (width === 0) {
    expectConstant(source, count)
    values.fill(from)
  } else if (width === 1) {
    const at = source.take(count)
    const buffer = source.buffer
    for (let i = 0; i < count; i++) values[i] = (from + buffer[at + i]!) | 0
  } else {
    const deltas = readDeltas(source, count, width)
    for (let i = 0; i < count; i++) values[i] = (from + deltas[i]!) | 0
  }
  return values
}

function readLargeIntegers(source: ByteSource, count: number, base: number, width: number): number[] {
  source.expect(count * width)
  const values = new Array<number>(count)
  if (width === 0) {
    expectConstant(source, count)
    return values.fill(base)
  }
  const deltas = readDeltas(source, count, width)
  for (let i = 0; i < count; i++) values[i] = base + deltas[i]!
  return values
}

/** Checks that a column without bytes has at most as many values as a chunk has records. */
function expectConstant(source: ByteSource, count: number): void {
  if (count > MAX_CHUNK_RECORDS) {
    throw new CorruptBlockError(`a column of ${count} equal values before offset ${source.position}`)
  }
}

function readDeltas(source: ByteSource, count: number, width: number): Uint32Array {
  source.expect(count * width)
  const deltas = new Uint32Array(count)
  if (width === 4) return source.elements(deltas, count)
  if (width === 1) {
    const at = source.take(count)
    const buffer = source.buffer
    for (let i = 0; i < count; i++) deltas[i] = buffer[at + i]!
    return deltas
  }
  if (width !== 2) throw new CorruptBlockError(`integers of ${width} bytes before offset ${source.position}`)
  stage(count * 2)
  source.elements(stagedU16, count)
  for (let i = 0; i < count; i++) deltas[i] = stagedU16[i]!
  return deltas
}

/** Reads the values of a DOUBLE column, its kind byte read already. */
export function readDoubles(source: ByteSource, count: number): number[] {
  source.expect(count * 8)
  stage(count * 8)
  source.elements(stagedF64, count)
  const values = new Array<number>(count)
  for (let i = 0; i < count; i++) values[i] = stagedF64[i]!
  return values
}

/** Writes lengths or codes: u8 width, u32 lowest, then distances; no kind byte. */
export function writeLengths(sink: ByteSink, lengths: Uint32Array, count: number): void {
  let low = 0xffffffff
  let high = 0
  for (let i = 0; i < count; i++) {
    const length = lengths[i]!
    if (length < low) low = length
    if (length > high) high = length
  }
  if (count === 0) low = 0
  const narrowBase = high <= 0xff ? 0 : low
  const base = low === high ? low : narrowBase
  const width = count === 0 ? 0 : widthFor(high - base, count)
  sink.u8(width)
  sink.varint(base)
  if (width === 1) {
    const at = sink.reserve(count)
    const buffer = sink.buffer
    for (let i = 0; i < count; i++) buffer[at + i] = lengths[i]! - base
  } else if (width === 2) {
    stage(count * 2)
    for (let i = 0; i < count; i++) stagedU16[i] = lengths[i]! - base
    sink.elements(stagedU16, count)
  } else if (width === 4) {
    stage(count * 4)
    for (let i = 0; i < count; i++) stagedU32[i] = lengths[i]! - base
    sink.elements(stagedU32, count)
  }
}

/** Reads what `writeLengths` wrote. */
export function readLengths(source: ByteSource, count: number): Uint32Array {
  const width = source.u8()
  const base = source.varint()
  if (base > 0xffffffff) throw new CorruptBlockError(`lengths before offset ${source.position} start from ${base}`)
  if (width === 0) {
    expectConstant(source, count)
    return new Uint32Array(count).fill(base)
  }
  const lengths = readDeltas(source, count, width)
  if (base !== 0) for (let i = 0; i < count; i++) lengths[i] = lengths[i]! + base
  return lengths
}

/** The sum of lengths, in the exact range of doubles. */
export function sumLengths(lengths: Uint32Array): number {
  let sum = 0
  for (let i = 0; i < lengths.length; i++) sum += lengths[i]!
  return sum
}

/** Writes a column of bigints when every one fits a signed 64-bit integer, and tells whether it did. */
export function writeBigInts(sink: ByteSink, values: readonly bigint[], count: number): boolean {
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    if (BigInt.asIntN(64, value) !== value) return false
  }
  stage(count * 8)
  for (let i = 0; i < count; i++) stagedI64[i] = values[i]!
  sink.u8(ColumnKind.BIGINT64)
  sink.elements(stagedI64, count)
  return true
}

/** Reads the values of a BIGINT64 column, its kind byte read already. */
export function readBigInts(source: ByteSource, count: number): bigint[] {
  source.expect(count * 8)
  stage(count * 8)
  source.elements(stagedI64, count)
  const values = new Array<bigint>(count)
  for (let i = 0; i < count; i++) values[i] = stagedI64[i]!
  return values
}

/** Writes booleans, or any 0 and 1, as a bitmap; no kind byte. */
export function writeBits(sink: ByteSink, bits: Uint8Array, count: number): void {
  const at = sink.reserve((count + 7) >> 3)
  const buffer = sink.buffer
  buffer.fill(0, at, sink.length)
  for (let i = 0; i < count; i++) buffer[at + (i >> 3)]! |= bits[i]! << (i & 7)
}

/** Reads what `writeBits` wrote. */
export function readBits(source: ByteSource, count: number): Uint8Array {
  const at = source.take((count + 7) >> 3)
  const buffer = source.buffer
  const bits = new Uint8Array(count)
  for (let i = 0; i < count; i++) bits[i] = (buffer[at + (i >> 3)]! >> (i & 7)) & 1
  return bits
}
