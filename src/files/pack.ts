import { pipeline, Readable, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import { UnsupportedOperationException } from '../errors.ts'
import type { Codec } from './codecs.ts'

/** zlib of Node.js 22.15 and later, whose type declarations are not those that this library is built with. */
const createZstdCompress = (zlib as { createZstdCompress?: () => Transform }).createZstdCompress

const packers: Readonly<Record<Codec, (() => Transform) | string>> = {
  gzip: () => zlib.createGzip(),
  deflate: () => zlib.createDeflate(),
  bzip2: 'files are read with it, and not written: save with gzip, deflate or zstd',
  zstd:
    createZstdCompress ??
    `Node.js ${process.versions.node} has no zstd, which comes with 22.15: save with gzip, or run a newer Node.js`,
}

/** @throws UnsupportedOperationException for a codec with which this process cannot write files. */
export function assertPacks(codec: Codec): void {
  const packer = packers[codec]
  if (typeof packer === 'string') {
    throw new UnsupportedOperationException('UNSUPPORTED_COMPRESSION', `Cannot save with codec ${codec}: ${packer}`)
  }
}

/** The packed bytes of a file's content. */
export function pack(codec: Codec, content: Iterable<string | Uint8Array>): AsyncIterable<Uint8Array> {
  assertPacks(codec)
  // An error in the content ends the iteration of the packed bytes, which throws the error.
  return pipeline(Readable.from(content), (packers[codec] as () => Transform)(), () => {})
}
