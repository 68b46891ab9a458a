import type { InputSplit } from '../input.ts'
import { CHUNK_RECORDS, type Reader } from '../reader.ts'
import { codecOfClass, unpackBytes } from '../sequence/block-codecs.ts'
import { SequenceFileError } from '../sequence/errors.ts'
import { FileCursor } from '../sequence/file-cursor.ts'
import {
  readHeader,
  type SequenceHeader,
  SYNC_BYTES,
  SYNC_ESCAPE,
  SYNC_HASH_BYTES,
} from '../sequence/sequence-format.ts'
import { readVint, vintLength } from '../sequence/vint.ts'
import { decodeWritable, type WritableName, writableNamed } from '../sequence/writables.ts'

/**
 * The pairs of a SequenceFile that begin in a split, as Hadoop's `SequenceFileRecordReader` divides them: a split begins at its first sync
 * marker and goes on up to the first one behind its end.
 */
export function sequenceReader(split: InputSplit): Reader {
  const cursor = new FileCursor(split)
  let pairs: Generator<readonly [unknown, unknown]> | null = null
  return {
    isAsync: false,
    next() {
      pairs ??= pairsOf(cursor, split)
      const chunk: (readonly [unknown, unknown])[] = []
      while (chunk.length < CHUNK_RECORDS) {
        const step = pairs.next()
        if (step.done) break
        chunk.push(step.value)
      }
      if (chunk.length > 0) return chunk
      cursor.close()
      return null
    },
    close: () => cursor.close(),
  }
}

interface PairDecoder {
  readonly header: SequenceHeader
  readonly pair: (key: Buffer, value: Buffer) => readonly [unknown, unknown]
  readonly unpack: (bytes: Buffer) => Buffer
}

function* pairsOf(cursor: FileCursor, split: InputSplit): Generator<readonly [unknown, unknown]> {
  if (!cursor.has(1)) return
  const { path } = split
  const header = readHeader(cursor)
  const headerEnd = cursor.position
  const codec = header.codecClass === null ? null : codecOfClass(header.codecClass, path)
  const [keyName, valueName]: WritableName[] = [writableNamed(header.keyClass), writableNamed(header.valueClass)]
  const decoder: PairDecoder = {
    header,
    pair: (key, value) => [decodeWritable(keyName!, key, path), decodeWritable(valueName!, value, path)],
    unpack: (bytes) => (codec === null ? bytes : unpackBytes(codec, bytes, path)),
  }
  if (split.start > headerEnd && !findSync(cursor, split.start, header.sync)) return
  const end = split.start + split.length
  yield* header.compression === 'BLOCK' ? blockPairs(cursor, end, decoder) : recordPairs(cursor, end, decoder)
}

/** Goes to the first sync marker at or behind a position. @returns false where none follows. */
function findSync(cursor: FileCursor, position: number, sync: Buffer): boolean {
  cursor.seek(position)
  for (;;) {
    if (!cursor.has(SYNC_BYTES)) return false
    const start = cursor.position
    // As much as can be had at once; a marker that is cut off is looked for again in the next piece.
    const length = cursor.has(SEARCH_BYTES) ? SEARCH_BYTES : SYNC_BYTES
    const found = cursor.take(length).indexOf(sync, 4)
    if (found >= 0) {
      cursor.seek(start + found - 4)
      return true
    }
    cursor.seek(start + length - SYNC_BYTES + 1)
  }
}

const SEARCH_BYTES = 64 * 1024

function* recordPairs(
  cursor: FileCursor,
  end: number,
  { header, pair, unpack }: PairDecoder,
): Generator<readonly [unknown, unknown]> {
  while (cursor.has(1)) {
    const { position } = cursor
    let length = cursor.int()
    if (length === SYNC_ESCAPE) {
      requireSync(cursor, header)
      // What follows this marker belongs to the next split.
      if (position >= end || !cursor.has(1)) return
      length = cursor.int()
    }
    const keyLength = cursor.int()
    const record = cursor.take(length)
    yield pair(record.subarray(0, keyLength), unpack(record.subarray(keyLength)))
  }
}

function* blockPairs(
  cursor: FileCursor,
  end: number,
  { header, pair, unpack }: PairDecoder,
): Generator<readonly [unknown, unknown]> {
  while (cursor.position < end && cursor.has(1)) {
    if (cursor.int() !== SYNC_ESCAPE) throw new SequenceFileError(cursor.path, 'a block begins without its marker')
    requireSync(cursor, header)
    const count = cursor.vint()
    const keys = column(cursor, count, unpack)
    const values = column(cursor, count, unpack)
    for (let i = 0; i < count; i++) yield pair(keys(), values())
  }
}

/** One side of a block's records, from its lengths and its bytes. @returns what gives the next one. */
function column(cursor: FileCursor, count: number, unpack: (bytes: Buffer) => Buffer): () => Buffer {
  const lengths = unpack(Buffer.from(cursor.take(cursor.vint())))
  const bytes = unpack(Buffer.from(cursor.take(cursor.vint())))
  if (count > 0 && lengths.length < count) throw new SequenceFileError(cursor.path, 'a block has too few lengths')
  let lengthAt = 0
  let at = 0
  return () => {
    const length = readVint(lengths, lengthAt)
    lengthAt += vintLength(lengths[lengthAt]!)
    at += length
    return bytes.subarray(at - length, at)
  }
}

function requireSync(cursor: FileCursor, { sync }: SequenceHeader): void {
  if (cursor.take(SYNC_HASH_BYTES).equals(sync)) return
  throw new SequenceFileError(cursor.path, `the marker at byte ${cursor.position - SYNC_HASH_BYTES} is not the file's`)
}
