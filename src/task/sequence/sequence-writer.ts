import { createHash } from 'node:crypto'
import type { SaveCodec } from '../task-files.ts'
import { codecClass, packBytes } from './block-codecs.ts'
import {
  headerBytes,
  type SequenceCompression,
  SYNC_ESCAPE,
  SYNC_HASH_BYTES,
  SYNC_INTERVAL_BYTES,
} from './sequence-format.ts'
import { vintBytes } from './vint.ts'
import { encodeWritable, type WritableName, writableClass } from './writables.ts'

/** Bytes of keys and values that are packed together (Hadoop's `io.seqfile.compress.blocksize`). */
const BLOCK_BYTES = 1_000_000

/** How a SequenceFile is written. */
export interface SequenceOptions {
  readonly keyClass: WritableName
  readonly valueClass: WritableName
  readonly compression: SequenceCompression
  readonly codec: SaveCodec
}

/**
 * The bytes of a SequenceFile, piece by piece.
 * @param name of the file: the sync marker is made of it, so that a task that runs twice writes the same bytes
 */
export function* sequenceFileBytes(
  pairs: Iterable<readonly [unknown, unknown]>,
  options: SequenceOptions,
  name: string,
): Generator<Buffer> {
  const { keyClass, valueClass, compression, codec } = options
  const sync = createHash('sha256').update(name).digest().subarray(0, SYNC_HASH_BYTES)
  yield headerBytes({
    keyClass: writableClass(keyClass),
    valueClass: writableClass(valueClass),
    compression,
    codecClass: codec === 'none' ? null : codecClass(codec),
    sync,
  })
  const marker = Buffer.concat([int(SYNC_ESCAPE), sync])
  yield* compression === 'BLOCK' ? blocks(pairs, options, marker) : records(pairs, options, marker)
}

function* records(
  pairs: Iterable<readonly [unknown, unknown]>,
  { keyClass, valueClass, codec }: SequenceOptions,
  marker: Buffer,
): Generator<Buffer> {
  let parts: Uint8Array[] = []
  let length = 0
  for (const [key, value] of pairs) {
    const keyBytes = encodeWritable(keyClass, key, 'key')
    const plain = encodeWritable(valueClass, value, 'value')
    const valueBytes = codec === 'none' ? plain : packBytes(codec, plain)
    parts.push(int(keyBytes.length + valueBytes.length), int(keyBytes.length), keyBytes, valueBytes)
    length += 8 + keyBytes.length + valueBytes.length
    if (length < SYNC_INTERVAL_BYTES) continue
    yield Buffer.concat([...parts, marker])
    parts = []
    length = 0
  }
  yield Buffer.concat(parts)
}

function* blocks(
  pairs: Iterable<readonly [unknown, unknown]>,
  { keyClass, valueClass, codec }: SequenceOptions,
  marker: Buffer,
): Generator<Buffer> {
  const keys = new PackedColumn()
  const values = new PackedColumn()
  for (const [key, value] of pairs) {
    keys.add(encodeWritable(keyClass, key, 'key'))
    values.add(encodeWritable(valueClass, value, 'value'))
    if (keys.bytes + values.bytes >= BLOCK_BYTES) yield block()
  }
  if (keys.count > 0) yield block()

  function block(): Buffer {
    const count = vintBytes(keys.count)
    return Buffer.concat([marker, count, ...keys.take(codec), ...values.take(codec)])
  }
}

/** The lengths and bytes of one side of the records of a block. */
class PackedColumn {
  #lengths: Buffer[] = []
  #parts: Uint8Array[] = []
  bytes = 0

  get count(): number {
    return this.#parts.length
  }

  add(bytes: Uint8Array): void {
    this.#lengths.push(vintBytes(bytes.length))
    this.#parts.push(bytes)
    this.bytes += bytes.length
  }

  /** Both packed, each behind its length; the column is empty then. */
  take(codec: SaveCodec): Buffer[] {
    const packed = [this.#lengths, this.#parts].map((parts) => {
      const bytes = Buffer.concat(parts)
      return codec === 'none' ? bytes : packBytes(codec, bytes)
    })
    this.#lengths = []
    this.#parts = []
    this.bytes = 0
    return packed.flatMap((bytes) => [vintBytes(bytes.length), bytes])
  }
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
