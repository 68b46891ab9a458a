import { UnsupportedOperationException } from '../errors.ts'
import { pathName } from './path.ts'

/** How the bytes of a file are packed; Hadoop's codecs of these names. `deflate` is zlib's format, as Hadoop's DefaultCodec has it. */
export type Codec = 'gzip' | 'deflate' | 'bzip2' | 'zstd'

const CODEC_OF_EXTENSION: Readonly<Record<string, Codec>> = {
  '.gz': 'gzip',
  '.deflate': 'deflate',
  '.bz2': 'bzip2',
  '.zst': 'zstd',
  '.zstd': 'zstd',
}

/** Endings of compressed files that Hadoop reads and Millstream does not. Such a file is refused, because its bytes are no text. */
const REFUSED = /\.(?:lz4|snappy)$/i

/** The codec that a file's name tells, or null for a plain file. */
export function codecOfPath(path: string): Codec | null {
  return CODEC_OF_EXTENSION[/\.[^.]*$/.exec(pathName(path))?.[0].toLowerCase() ?? ''] ?? null
}

/** Whether the name says that a file is packed in a way that is unpacked here. */
export function isCompressedFile(path: string): boolean {
  return codecOfPath(path) !== null
}

/** @throws UnsupportedOperationException for a file whose name tells a codec that cannot be read here. */
export function assertReadableCodec(path: string): void {
  const refused = REFUSED.exec(path)?.[0]
  if (refused === undefined) return
  throw new UnsupportedOperationException(
    'UNSUPPORTED_COMPRESSION',
    `Cannot read ${path}: ${refused} files are not supported. Supported are plain, .gz, .deflate, .bz2 and .zst files; recompress it.`,
  )
}
