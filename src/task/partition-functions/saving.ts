import { blockOutput } from '../block-output.ts'
import { countWritten, noteBytesWritten } from '../task-counters.ts'
import { type SaveCodec, taskFiles } from '../task-files.ts'
import { textOf } from '../text-of.ts'
import { workerCodec } from '../worker-codec.ts'

/** Text gathered before it goes to the file, in characters. */
const TEXT_CHUNK = 64 * 1024
/** Records encoded together: the first of them, and at most. */
const FIRST_RECORD_CHUNK = 256
const RECORD_CHUNK = 1024
/** Long records come in fewer, so that a chunk stays about this long. */
const RECORD_CHUNK_BYTES = 1024 * 1024

/** The ending of a compressed file's name, as Hadoop's codecs have it. */
const EXTENSIONS: Readonly<Record<SaveCodec, string>> = {
  none: '',
  gzip: '.gz',
  deflate: '.deflate',
  bzip2: '.bz2',
  zstd: '.zst',
}

/**
 * Writes the partition's records as lines of text. The file stands in `directory` under its final name only when it is whole, so that
 * a task that runs twice, or dies half way, leaves one whole file or none.
 * @returns the file's name.
 */
export function savePartitionAsText(
  records: Iterable<unknown>,
  partition: number,
  directory: string,
  codec: SaveCodec,
): Promise<string> {
  return writePart(directory, `${partName(partition)}${EXTENSIONS[codec]}`, linesOf(records), codec)
}

/** Writes the partition's records as chunks of the record codec, which `objectFile` and checkpoints read. @returns the file's name. */
export function savePartitionAsRecords(
  records: Iterable<unknown>,
  partition: number,
  directory: string,
): Promise<string> {
  return writePart(directory, partName(partition), chunksOf(records), 'none')
}

/** Sends the partition's records as lines of text: blocks of whole lines, without the end of the last one. */
export async function sendPartitionAsText(records: Iterable<unknown>): Promise<void> {
  const send = blockOutput()
  for (const lines of linesOf(records)) await send(lines.subarray(0, -1))
}

/** Sends the partition's records as chunks of the record codec; one without any record where there is none. */
export async function sendPartitionAsRecords(records: Iterable<unknown>): Promise<void> {
  const send = blockOutput()
  let isEmpty = true
  for (const chunk of chunksOf(records)) {
    isEmpty = false
    await send(chunk)
  }
  if (isEmpty) await send(workerCodec().encode([]))
}

/** The partition's records as chunks of the record codec, in memory. */
export function encodePartition(records: Iterable<unknown>): { bytes: Uint8Array; count: number } {
  const kept = [...records]
  return { bytes: workerCodec().encode(kept), count: kept.length }
}

/** `part-00000` for partition 0. */
export function partName(partition: number): string {
  return `part-${String(partition).padStart(5, '0')}`
}

/** Writes a file that stands under its name only when it is whole and on the disk. @returns the name. */
export async function writePart(
  directory: string,
  name: string,
  content: Iterable<string | Uint8Array>,
  codec: SaveCodec,
): Promise<string> {
  await taskFiles().write(`${directory}/${name}`, content, codec)
  return name
}

function* linesOf(records: Iterable<unknown>): Generator<Buffer> {
  let text = ''
  for (const record of countWritten(records)) {
    text += `${textOf(record)}\n`
    if (text.length < TEXT_CHUNK) continue
    yield written(Buffer.from(text))
    text = ''
  }
  if (text !== '') yield written(Buffer.from(text))
}

/** The records as chunks of the record codec. */
export function* chunksOf(records: Iterable<unknown>): Generator<Uint8Array> {
  let chunk: unknown[] = []
  let size = FIRST_RECORD_CHUNK
  for (const record of countWritten(records)) {
    chunk.push(record)
    if (chunk.length < size) continue
    const bytes = workerCodec().encode(chunk)
    size = Math.max(1, Math.min(RECORD_CHUNK, Math.floor((RECORD_CHUNK_BYTES * chunk.length) / bytes.length)))
    yield written(bytes)
    chunk = []
  }
  if (chunk.length > 0) yield written(workerCodec().encode(chunk))
}

function written<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  noteBytesWritten(bytes.length)
  return bytes
}
