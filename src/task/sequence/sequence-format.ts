import { SequenceFileError } from './errors.ts'
import { vintBytes } from './vint.ts'

/** What Hadoop's SequenceFiles of version 6 begin with. */
export const MAGIC = Buffer.from('SEQ')
export const VERSION = 6
/** In the place of a record's length: a sync marker follows. */
export const SYNC_ESCAPE = -1
/** Bytes of the random marker that stands between records, so that a reader finds one from the middle of a file. */
export const SYNC_HASH_BYTES = 16
/** The marker with its escape. */
export const SYNC_BYTES = 4 + SYNC_HASH_BYTES
/** Bytes between markers, at least; also the least size of a split. */
export const SYNC_INTERVAL_BYTES = 5 * 1024 * SYNC_BYTES

/** How records are packed: not at all, each value by itself, or many records together. */
export type SequenceCompression = 'NONE' | 'RECORD' | 'BLOCK'

/** What stands at the beginning of a SequenceFile. */
export interface SequenceHeader {
  readonly keyClass: string
  readonly valueClass: string
  readonly compression: SequenceCompression
  /** Hadoop's class of the codec, null where nothing is packed. */
  readonly codecClass: string | null
  readonly sync: Buffer
}

/** A file that is read from some place on. */
export interface HeaderSource {
  readonly path: string
  /** The next bytes. @throws SequenceFileError at the end of the file. */
  take(length: number): Buffer
  vint(): number
}

export function headerBytes({ keyClass, valueClass, compression, codecClass, sync }: SequenceHeader): Buffer {
  return Buffer.concat([
    MAGIC,
    Buffer.from([VERSION]),
    textBytes(keyClass),
    textBytes(valueClass),
    Buffer.from([compression === 'NONE' ? 0 : 1, compression === 'BLOCK' ? 1 : 0]),
    ...(codecClass === null ? [] : [textBytes(codecClass)]),
    // No metadata.
    Buffer.alloc(4),
    sync,
  ])
}

/** @throws SequenceFileError where the file is none, or of a version before 6, which Hadoop has not written since 2007. */
export function readHeader(source: HeaderSource): SequenceHeader {
  const { path } = source
  if (!source.take(MAGIC.length).equals(MAGIC)) throw new SequenceFileError(path, 'it does not begin with SEQ')
  const version = source.take(1)[0]!
  if (version !== VERSION) throw new SequenceFileError(path, `it is of version ${version}, and only ${VERSION} is read`)
  const text = () => source.take(source.vint()).toString('utf8')
  const keyClass = text()
  const valueClass = text()
  const [isCompressed, isBlocks] = source.take(2)
  const codecClass = isCompressed ? text() : null
  const metadataCount = source.take(4).readInt32BE()
  for (let i = 0; i < 2 * metadataCount; i++) text()
  const sync = Buffer.from(source.take(SYNC_HASH_BYTES))
  const compression = !isCompressed ? 'NONE' : isBlocks ? 'BLOCK' : 'RECORD'
  return { keyClass, valueClass, compression, codecClass, sync }
}

function textBytes(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([vintBytes(bytes.length), bytes])
}
