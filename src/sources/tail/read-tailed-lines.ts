import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'

/** The bytes of a tailed file that a batch reads, as plain data; everything that a worker needs to find the same bytes again. */
export interface TailedRange {
  /** Where the file was when the batch was planned. It may have been renamed since, within its directory. */
  readonly path: string
  /** The number of the file in its file system, by which the file is found under its new name. */
  readonly inode: string
  /** The first bytes of the file, how many and their checksum, by which a file that was replaced or truncated is told from this one. */
  readonly headBytes: number
  readonly headCrc: number
  /** The range, in bytes: whole lines, and of a file that has ended also a last line without a line end. */
  readonly from: number
  readonly to: number
  /** The name of an encoding that `TextDecoder` knows. */
  readonly encoding: string
  /** Whether bytes that are not there any more fail the batch. */
  readonly failOnDataLoss: boolean
  readonly [key: string]: string | number | boolean
}

/** Bytes that are read at a time. A longer line is read whole all the same. */
const BLOCK_BYTES = 1024 * 1024

/**
 * The lines of a range, without their ends (`\n` or `\r\n`). Runs on a worker.
 * @throws Error for bytes that are not there any more, unless they may be lost.
 */
export function* readTailedLines(range: TailedRange): Generator<string, void, undefined> {
  const file = openByIdentity(range)
  if (file === null) {
    lost(range, 'the file was deleted, or moved to another directory')
    return
  }
  try {
    const size = fstatSync(file).size
    if (size < range.to || checksum(file, range.headBytes) !== range.headCrc) {
      lost(range, 'the file was truncated')
      return
    }
    yield* linesOf(file, range)
  } finally {
    closeSync(file)
  }
}

function* linesOf(file: number, { from, to, encoding }: TailedRange): Generator<string, void, undefined> {
  const step = encoding.startsWith('utf-16') ? 2 : 1
  const decoder = new TextDecoder(encoding, { ignoreBOM: true })
  const decode = (bytes: Buffer) => (encoding === 'utf-8' ? bytes.toString('utf8') : decoder.decode(bytes))
  let rest = Buffer.alloc(0)
  for (let position = from; position < to; ) {
    const length = Math.min(Math.max(BLOCK_BYTES, rest.length), to - position)
    const block = Buffer.allocUnsafe(rest.length + length)
    rest.copy(block)
    readFully(file, block, rest.length, position)
    const isFirst = position === from
    position += length
    const end = position === to ? block.length : endOfLines(block, position - block.length, step, encoding)
    rest = block.subarray(end)
    if (end === 0) continue
    let text = decode(block.subarray(0, end))
    if (isFirst && from === 0 && text.startsWith('\ufeff')) text = text.slice(1)
    const lines = text.split('\n')
    // What follows the last line end is a line only where the file ended without one.
    if (lines.at(-1) === '') lines.pop()
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
}

/** Where the last whole line of a block ends; 0 where none does. */
function endOfLines(block: Buffer, blockStart: number, step: number, encoding: string): number {
  const [first, second] = encoding === 'utf-16be' ? [0, 0x0a] : [0x0a, 0]
  for (let at = block.length - step; at >= 0; at--) {
    if ((blockStart + at) % step !== 0 || block[at] !== first) continue
    if (step === 1 || block[at + 1] === second) return at + step
  }
  return 0
}

function readFully(file: number, target: Buffer, offset: number, position: number): void {
  for (let done = offset; done < target.length; ) {
    const count = readSync(file, target, done, target.length - done, position + done - offset)
    if (count === 0)
      throw new Error(`a tailed file became shorter while it was read, at byte ${position + done - offset}`)
    done += count
  }
}

/** The file, opened where it was or under the name that it has now; null where it is not in its directory any more. */
function openByIdentity({ path, inode }: TailedRange): number | null {
  const direct = openIfSame(path, inode)
  if (direct !== null) return direct
  const directory = dirname(path)
  for (const name of namesIn(directory)) {
    const file = inodeOf(join(directory, name)) === inode ? openIfSame(join(directory, name), inode) : null
    if (file !== null) return file
  }
  return null
}

function openIfSame(path: string, inode: string): number | null {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
  if (fstatSync(file, { bigint: true }).ino.toString() === inode) return file
  closeSync(file)
  return null
}

function inodeOf(path: string): string | null {
  try {
    return statSync(path, { bigint: true }).ino.toString()
  } catch {
    return null
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ENOENT'
}

function checksum(file: number, length: number): number {
  const head = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const count = readSync(file, head, done, length - done, done)
    if (count === 0) break
    done += count
  }
  return crc32(head.subarray(0, done))
}

function lost({ path, from, to, failOnDataLoss }: TailedRange, why: string): void {
  const what = `bytes ${from} to ${to} of ${path} cannot be read any more: ${why} after a batch had been given them`
  if (failOnDataLoss) {
    throw new Error(
      `${what}. Keep rotated files until their batches are completed, or leave out what is lost with tailStream(path, { failOnDataLoss: false })`,
    )
  }
  console.error(`tailStream: ${what}; they are left out`)
}
