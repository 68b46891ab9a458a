import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { isWide } from './detach-string.ts'
import { CorruptBlockError } from './errors.ts'
import { ColumnKind } from './format.ts'
import { readBits, readLengths, sumLengths, writeBits, writeLengths } from './number-columns.ts'

/** A text of at least this length is copied by Node, which is then faster than a loop over the characters. */
const LONG_STRING = 24

/** Bounds the memory for a joined text. */
const LONGEST_JOIN = 1 << 24

/** V8 copies shorter slices; a slice of at least this length keeps its parent alive. */
const SLICE_KEEPS_PARENT = 13

/** Fewer strings are not worth a look for repetition. */
const DICTIONARY_MINIMUM_COUNT = 128
const DICTIONARY_SAMPLE = 32

/** Writes a column of strings in the smallest of its forms. */
export function writeStrings(sink: ByteSink, values: readonly string[], count: number): void {
  if (count >= DICTIONARY_MINIMUM_COUNT && seemsRepeated(values, count) && writeDictionary(sink, values, count)) return
  writePlainStrings(sink, values, count)
}

function writePlainStrings(sink: ByteSink, values: readonly string[], count: number): void {
  const start = sink.length
  sink.u8(ColumnKind.LATIN1)
  if (writeLatin1(sink, values, count)) return
  sink.length = start
  writeMixed(sink, values, count)
}

/** Looks at a few strings only: at most half of them distinct promises that a dictionary pays. */
function seemsRepeated(values: readonly string[], count: number): boolean {
  const step = Math.floor(count / DICTIONARY_SAMPLE)
  const sample = new Set<string>()
  for (let i = 0; i < DICTIONARY_SAMPLE; i++) sample.add(values[i * step]!)
  return sample.size <= DICTIONARY_SAMPLE / 2
}

function writeDictionary(sink: ByteSink, values: readonly string[], count: number): boolean {
  const limit = count >> 2
  const codeOf = new Map<string, number>()
  const distinct: string[] = []
  const codes = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    let code = codeOf.get(value)
    if (code === undefined) {
      if (distinct.length === limit) return false
      code = distinct.length
      codeOf.set(value, code)
      distinct.push(value)
    }
    codes[i] = code
  }
  sink.u8(ColumnKind.DICTIONARY)
  sink.varint(distinct.length)
  writePlainStrings(sink, distinct, distinct.length)
  writeLengths(sink, codes, count)
  return true
}

/** Writes lengths and characters below 256; false, with the sink's rest undefined, as soon as a wider one turns up. */
function writeLatin1(sink: ByteSink, values: readonly string[], count: number): boolean {
  const total = writeStringLengths(sink, values, count)
  if (total >= count * LONG_STRING && total <= LONGEST_JOIN) return writeJoinedLatin1(sink, values.join(''))
  let at = sink.reserve(total)
  const buffer = sink.buffer
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    const length = value.length
    if (length < LONG_STRING) {
      let seen = 0
      for (let j = 0; j < length; j++) {
        const char = value.charCodeAt(j)
        seen |= char
        buffer[at + j] = char
      }
      if (seen > 255) return false
    } else {
      if (isWide(value)) return false
      buffer.latin1Write(value, at, length)
    }
    at += length
  }
  return true
}

/** Long strings go faster through one text: one test of its characters and one copy. */
function writeJoinedLatin1(sink: ByteSink, text: string): boolean {
  if (isWide(text)) return false
  const at = sink.reserve(text.length)
  sink.buffer.latin1Write(text, at, text.length)
  return true
}

function writeStringLengths(sink: ByteSink, values: readonly string[], count: number): number {
  const lengths = new Uint32Array(count)
  let total = 0
  for (let i = 0; i < count; i++) {
    const length = values[i]!.length
    lengths[i] = length
    total += length
  }
  writeLengths(sink, lengths, count)
  return total
}

/** Splits strings by width, so that a few wide ones neither double the rest nor change its representation in memory. */
function writeMixed(sink: ByteSink, values: readonly string[], count: number): void {
  const isWideAt = new Uint8Array(count)
  const narrow: string[] = []
  const wide: string[] = []
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    if (isWide(value)) {
      isWideAt[i] = 1
      wide.push(value)
    } else {
      narrow.push(value)
    }
  }
  if (narrow.length > 0) {
    sink.u8(ColumnKind.MIXED_STRING)
    writeBits(sink, isWideAt, count)
    writeLatin1(sink, narrow, narrow.length)
  } else {
    sink.u8(ColumnKind.UTF16)
  }
  writeUtf16(sink, wide, wide.length)
}

function writeUtf16(sink: ByteSink, values: readonly string[], count: number): void {
  const total = writeStringLengths(sink, values, count)
  let at = sink.reserve(total * 2)
  const buffer = sink.buffer
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    const length = value.length
    if (length < LONG_STRING) {
      for (let j = 0; j < length; j++) {
        const char = value.charCodeAt(j)
        buffer[at++] = char
        buffer[at++] = char >> 8
      }
    } else {
      buffer.ucs2Write(value, at, length * 2)
      at += length * 2
    }
  }
}

/** Reads any column of strings, its kind byte read already. */
export function readStrings(source: ByteSource, kind: number, count: number, isDetached: boolean): string[] {
  if (kind === ColumnKind.LATIN1) return readLatin1(source, count, isDetached)
  if (kind === ColumnKind.UTF16) return readUtf16(source, count, isDetached)
  if (kind === ColumnKind.MIXED_STRING) return readMixed(source, count, isDetached)
  if (kind === ColumnKind.DICTIONARY) return readDictionary(source, count, isDetached)
  throw new CorruptBlockError(`strings of kind ${kind} before offset ${source.position}`)
}

function readLatin1(source: ByteSource, count: number, isDetached: boolean): string[] {
  const lengths = readLengths(source, count)
  const total = sumLengths(lengths)
  const from = source.take(total)
  const buffer = source.buffer
  const values = new Array<string>(count)
  const text = buffer.latin1Slice(from, from + total)
  let at = 0
  for (let i = 0; i < count; i++) {
    const end = at + lengths[i]!
    values[i] =
      isDetached && end - at >= SLICE_KEEPS_PARENT ? buffer.latin1Slice(from + at, from + end) : text.slice(at, end)
    at = end
  }
  return values
}

function readUtf16(source: ByteSource, count: number, isDetached: boolean): string[] {
  const lengths = readLengths(source, count)
  const total = sumLengths(lengths)
  const from = source.take(total * 2)
  const buffer = source.buffer
  const values = new Array<string>(count)
  const text = buffer.ucs2Slice(from, from + total * 2)
  let at = 0
  for (let i = 0; i < count; i++) {
    const end = at + lengths[i]!
    values[i] =
      isDetached && end - at >= SLICE_KEEPS_PARENT
        ? buffer.ucs2Slice(from + at * 2, from + end * 2)
        : text.slice(at, end)
    at = end
  }
  return values
}

function readMixed(source: ByteSource, count: number, isDetached: boolean): string[] {
  const isWideAt = readBits(source, count)
  let wideCount = 0
  for (let i = 0; i < count; i++) wideCount += isWideAt[i]!
  const narrow = readLatin1(source, count - wideCount, isDetached)
  const wide = readUtf16(source, wideCount, isDetached)
  const values = new Array<string>(count)
  let nextNarrow = 0
  let nextWide = 0
  for (let i = 0; i < count; i++) values[i] = isWideAt[i] === 1 ? wide[nextWide++]! : narrow[nextNarrow++]!
  return values
}

function readDictionary(source: ByteSource, count: number, isDetached: boolean): string[] {
  const size = source.varint()
  if (size > count)
    throw new CorruptBlockError(`a dictionary of ${size} strings for ${count} values before offset ${source.position}`)
  const kind = source.u8()
  if (kind === ColumnKind.DICTIONARY)
    throw new CorruptBlockError(`a dictionary in a dictionary before offset ${source.position}`)
  const distinct = readStrings(source, kind, size, isDetached)
  const codes = readLengths(source, count)
  const values = new Array<string>(count)
  for (let i = 0; i < count; i++) {
    const code = codes[i]!
    if (code >= size) throw new CorruptBlockError(`dictionary code ${code} of ${size} before offset ${source.position}`)
    values[i] = distinct[code]!
  }
  return values
}
