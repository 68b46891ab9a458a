import { createRequire } from 'node:module'
import zlib from 'node:zlib'
import { UnsupportedOperationException } from '../../errors.ts'
import type { SaveCodec } from '../task-files.ts'
import { SequenceFileError } from './errors.ts'

type SequenceCodec = Exclude<SaveCodec, 'none'>

const HADOOP = 'org.apache.hadoop.io.compress.'

/** Hadoop's classes; the first of a codec is the one that files are written with. */
const CLASSES: readonly (readonly [name: string, codec: SequenceCodec])[] = [
  ['GzipCodec', 'gzip'],
  ['DefaultCodec', 'deflate'],
  ['DeflateCodec', 'deflate'],
  ['BZip2Codec', 'bzip2'],
  ['ZStandardCodec', 'zstd'],
]

/** zlib of Node.js 22.15 and later, whose type declarations are not those that this library is built with. */
const { zstdCompressSync, zstdDecompressSync } = zlib as {
  zstdCompressSync?: (bytes: Uint8Array) => Buffer
  zstdDecompressSync?: (bytes: Uint8Array) => Buffer
}

const load = createRequire(import.meta.url)

/** The class that a file's header names for a codec. */
export function codecClass(codec: SequenceCodec): string {
  return HADOOP + CLASSES.find(([, one]) => one === codec)![0]
}

/** @throws UnsupportedOperationException for a class that is not unpacked here. */
export function codecOfClass(className: string, path: string): SequenceCodec {
  const known = CLASSES.find(([name]) => HADOOP + name === className)
  if (known !== undefined) return known[1]
  throw new UnsupportedOperationException(
    'UNSUPPORTED_COMPRESSION',
    `Cannot read ${path}: ${className} is not supported in a SequenceFile. Supported are ${CLASSES.map(([name]) => name).join(', ')}.`,
  )
}

/** @throws SequenceFileError where the bytes are damaged. */
export function unpackBytes(codec: SequenceCodec, bytes: Uint8Array, path: string): Buffer {
  // A buffer without any value is packed to nothing by some of Hadoop's codecs.
  if (bytes.length === 0) return Buffer.alloc(0)
  try {
    switch (codec) {
      case 'gzip':
        return zlib.gunzipSync(bytes)
      case 'deflate':
        return zlib.inflateSync(bytes)
      case 'bzip2':
        return unpackBzip2Bytes(bytes)
      case 'zstd':
        return zstdDecompressSync === undefined
          ? Buffer.from((load('fzstd') as typeof import('fzstd')).decompress(bytes))
          : zstdDecompressSync(bytes)
    }
  } catch (cause) {
    throw new SequenceFileError(path, `what it holds is not whole ${codec} data`, cause)
  }
}

function unpackBzip2Bytes(bytes: Uint8Array): Buffer {
  const unbzip2 = load('unbzip2-stream') as typeof import('unbzip2-stream')
  const stream = unbzip2()
  const parts: Uint8Array[] = []
  let failure: unknown = null
  stream.on('data', (part: Uint8Array) => parts.push(part))
  stream.on('error', (error: unknown) => {
    failure ??= error
  })
  // The stream does all its work within these calls.
  stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  stream.end()
  if (failure !== null) throw failure
  return Buffer.concat(parts)
}

/** @throws UnsupportedOperationException for a codec with which this process cannot write. */
export function packBytes(codec: SequenceCodec, bytes: Uint8Array): Buffer {
  switch (codec) {
    case 'gzip':
      return zlib.gzipSync(bytes)
    case 'deflate':
      return zlib.deflateSync(bytes)
    case 'zstd':
      if (zstdCompressSync !== undefined) return zstdCompressSync(bytes)
      break
    case 'bzip2':
      break
  }
  throw new UnsupportedOperationException(
    'UNSUPPORTED_COMPRESSION',
    `Cannot save a SequenceFile with codec ${codec}: write it with gzip or deflate.`,
  )
}
