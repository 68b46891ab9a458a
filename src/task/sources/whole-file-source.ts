import fs from 'node:fs'
import { SparkException } from '../../errors.ts'
import type { InputSplit } from '../input.ts'
import type { Reader } from '../reader.ts'
import { type ByteStream, isLocalFile, taskFiles } from '../task-files.ts'
import { localPath } from './local-path.ts'
import { readAll, readStored } from './stored-bytes.ts'

/** One record [path, content] per file, the path qualified as Hadoop prints it (`file:/a/b`); text content as a string, binary content as a Buffer. */
export function wholeFileReader(splits: readonly InputSplit[], isText: boolean): Reader {
  let index = 0
  return {
    isAsync: false,
    next() {
      const split = splits[index]
      if (split === undefined) return null
      index += 1
      const plain = wholeContent(split)
      return [[split.path, isText ? plain.toString('utf8') : plain]]
    },
    close() {
      index = splits.length
    },
  }
}

function wholeContent(split: InputSplit): Buffer {
  if (split.content !== undefined) return bufferOf(readStored(split.content))
  if (!split.isCompressed && isLocalFile(split.path)) return fs.readFileSync(localPath(split.path))
  return readAll(taskFiles().open(split.path, 0, split.isCompressed))
}

const RECORDS_PER_READ = 1024

/** Records of a fixed length out of a binary file; a piece owns the records that begin in it. */
export function fixedLengthReader(split: InputSplit, recordLength: number): Reader {
  const file = openPiece(split)
  let isOpen = true
  const close = (): void => {
    if (isOpen) file.close()
    isOpen = false
  }
  let position = Math.ceil(split.start / recordLength) * recordLength
  const end = split.start + split.length
  return {
    isAsync: false,
    next() {
      if (!isOpen || position >= end) {
        close()
        return null
      }
      const count = Math.min(RECORDS_PER_READ, Math.ceil((end - position) / recordLength))
      const bytes = Buffer.allocUnsafe(count * recordLength)
      const read = file.read(bytes, position)
      if (read % recordLength !== 0) {
        close()
        throw new SparkException(
          'BINARY_RECORD_LENGTH',
          `Byte array does not have correct length: ${split.path} ends ${read % recordLength} bytes into a record of ${recordLength} bytes at offset ${position + read - (read % recordLength)}. Give the length that the file was written with.`,
        )
      }
      position += read
      if (read === 0) {
        close()
        return null
      }
      const records: Buffer[] = []
      for (let at = 0; at < read; at += recordLength) records.push(bytes.subarray(at, at + recordLength))
      return records
    },
    close,
  }
}

/** The bytes of a piece that is read from its begin to its end. */
interface Piece {
  /** Fills `to` as far as the file goes. */
  read(to: Buffer, position: number): number
  close(): void
}

/** A file, or the piece of it that is here, by positions of the file. */
function openPiece(split: InputSplit): Piece {
  if (split.content !== undefined) {
    const content = bufferOf(readStored(split.content))
    return { read: (to, position) => content.copy(to, 0, position - split.start), close() {} }
  }
  if (!isLocalFile(split.path)) return streamedPiece(split)
  const file = fs.openSync(localPath(split.path), 'r')
  return {
    read: (to, position) => filled(to, (rest, done) => fs.readSync(file, rest, 0, rest.length, position + done)),
    close: () => fs.closeSync(file),
  }
}

/** A piece of a file of which the next bytes come when they are asked for. */
function streamedPiece(split: InputSplit): Piece {
  let stream: ByteStream | null = null
  return {
    read(to, position) {
      stream ??= taskFiles().open(split.path, position, false)
      const { read } = stream
      return filled(to, (rest) => read(rest))
    },
    close: () => stream?.close(),
  }
}

/** Reads until `to` is full or nothing is left: a read may give less than it is asked for. */
function filled(to: Buffer, read: (rest: Buffer, done: number) => number): number {
  let done = 0
  while (done < to.length) {
    const count = read(to.subarray(done), done)
    if (count === 0) break
    done += count
  }
  return done
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
