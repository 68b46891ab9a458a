import { once } from 'node:events'
import { pipeline, Readable, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import type { Codec } from './codecs.ts'
import { IOException } from './errors.ts'

/** Bytes that zlib gives at a time. */
const CHUNK_BYTES = 64 * 1024

/** zlib of Node.js 22.15 and later, whose type declarations are not those that this library is built with. */
const createZstdDecompress = (zlib as { createZstdDecompress?: (options: zlib.ZlibOptions) => Transform })
  .createZstdDecompress

/**
 * The unpacked bytes of a file, as they come. A file that is several packed ones behind each other gives the content of all of them.
 * @param packed the file's bytes, from its beginning.
 * @throws IOException `CORRUPT_COMPRESSED_FILE`, with the path, where the bytes are damaged or end too early.
 */
export async function* unpack(
  codec: Codec,
  packed: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const source = new FileBytes(packed)
  try {
    yield* unpackers[codec](source)
  } catch (cause) {
    // An error of the underlying reader is thrown unchanged.
    if (cause === source.failure) throw cause
    throw new IOException(
      'CORRUPT_COMPRESSED_FILE',
      `Cannot unpack ${path}: it is not whole ${codec} data (${cause instanceof Error ? cause.message : String(cause)}). Write or copy the file again.`,
      { cause },
    )
  }
}

/** A file's bytes, which remember why they could not be read. */
class FileBytes implements AsyncIterable<Uint8Array> {
  failure: unknown = null
  readonly #bytes: AsyncIterable<Uint8Array>

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#bytes
    } catch (error) {
      this.failure = error
      throw error
    }
  }
}

type Unpacker = (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

const unpackers: Readonly<Record<Codec, Unpacker>> = {
  gzip: (packed) => through(packed, zlib.createGunzip({ chunkSize: CHUNK_BYTES })),
  deflate: inflateMembers,
  bzip2: unpackBzip2,
  zstd:
    createZstdDecompress === undefined
      ? unpackZstd
      : (packed) => through(packed, createZstdDecompress({ chunkSize: CHUNK_BYTES })),
}

function through(packed: AsyncIterable<Uint8Array>, transform: Transform): AsyncIterable<Uint8Array> {
  // An error of either side ends the iteration of the other side, which throws the error.
  return pipeline(Readable.from(packed, { objectMode: false }), transform, () => {})
}

/** Bytes given to zlib at a time where its output is gathered: text packs to a thousandth at most, so that is bounded too. */
const INFLATE_BYTES = 16 * 1024

/** Streams of zlib's format one behind the other. Node unpacks one of them, and says how many of the bytes that it was given belong to it. */
async function* inflateMembers(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let member: InflateMember | null = null
  for await (const piece of packed) {
    for (let start = 0; start < piece.length; ) {
      member ??= new InflateMember()
      const bytes = piece.subarray(start, start + INFLATE_BYTES)
      yield* await member.unpack(bytes)
      start += member.hasEnded ? member.usedOfLast : bytes.length
      if (member.hasEnded) member = null
    }
  }
  if (member !== null) yield* await member.end()
}

/** One stream of zlib's format. */
class InflateMember {
  hasEnded = false
  readonly #inflate = zlib.createInflate({ chunkSize: CHUNK_BYTES })
  readonly #ended: Promise<void>
  #unpacked: Uint8Array[] = []
  #given = 0
  #givenBefore = 0

  constructor() {
    this.#inflate.on('data', (bytes: Uint8Array) => this.#unpacked.push(bytes))
    this.#ended = once(this.#inflate, 'end').then(() => {
      this.hasEnded = true
    })
    this.#ended.catch(() => {})
  }

  /** How many of the bytes that were given last belong to this stream, once it has ended. */
  get usedOfLast(): number {
    return this.#inflate.bytesWritten - this.#givenBefore
  }

  async unpack(bytes: Uint8Array): Promise<Uint8Array[]> {
    this.#givenBefore = this.#given
    this.#given += bytes.length
    // After the end of its stream zlib accepts no data and calls no callback.
    await Promise.race([new Promise<void>((resolve) => this.#inflate.write(bytes, () => resolve())), this.#ended])
    return this.#taken()
  }

  /** @throws where the stream is not whole. */
  async end(): Promise<Uint8Array[]> {
    this.#inflate.end()
    await this.#ended
    return this.#taken()
  }

  #taken(): Uint8Array[] {
    const unpacked = this.#unpacked
    this.#unpacked = []
    return unpacked
  }
}

async function* unpackBzip2(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { default: unbzip2 } = await import('unbzip2-stream')
  const stream = unbzip2()
  let unpacked: Uint8Array[] = []
  let failure: unknown = null
  stream.on('data', (bytes: Uint8Array) => unpacked.push(bytes))
  stream.on('error', (error: unknown) => {
    failure ??= error
  })
  /** The unpacked bytes. The stream does all its work inside `write` and `end`. */
  function* taken(): Generator<Uint8Array> {
    const ready = unpacked
    unpacked = []
    yield* ready
    // The library's own words for damage are of no help.
    if (failure !== null) throw new Error('a block is damaged or ends too early', { cause: failure })
  }
  for await (const piece of packed) {
    stream.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))
    yield* taken()
  }
  stream.end()
  yield* taken()
}

async function* unpackZstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  let unpacked: Uint8Array[] = []
  const stream = new Decompress((bytes) => {
    // The bytes are copied because the decoder reuses its memory.
    unpacked.push(bytes.slice())
  })
  for await (const piece of packed) {
    stream.push(piece)
    const ready = unpacked
    unpacked = []
    yield* ready
  }
  stream.push(new Uint8Array(0), true)
  yield* unpacked
}
