import fs from 'node:fs'
import type { StoredBytes } from '../input.ts'
import { type ByteStream, isLocalFile, taskFiles } from '../task-files.ts'
import { localPath } from './local-path.ts'

/** Stored bytes in memory, read from their file where they are in one. */
export function readStored(stored: StoredBytes): Uint8Array {
  if (stored instanceof Uint8Array) return stored
  if (!isLocalFile(stored.path)) return readFetched(stored)
  const bytes = Buffer.allocUnsafeSlow(stored.length)
  const file = fs.openSync(localPath(stored.path), 'r')
  try {
    let at = 0
    while (at < bytes.length) {
      const count = fs.readSync(file, bytes, at, bytes.length - at, stored.offset + at)
      if (count === 0) throw new Error(`${stored.path} ends before byte ${stored.offset + stored.length}`)
      at += count
    }
  } finally {
    fs.closeSync(file)
  }
  return bytes
}

/** A stretch of a file that another file system brings. */
function readFetched({ path, offset, length }: Exclude<StoredBytes, Uint8Array>): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length)
  const stream = taskFiles().open(path, offset, false)
  try {
    for (let at = 0; at < length; ) {
      const count = stream.read(bytes.subarray(at))
      if (count === 0) throw new Error(`${path} ends before byte ${offset + length}`)
      at += count
    }
  } finally {
    stream.close()
  }
  return bytes
}

/** First size of the memory for a file of which nobody knows how long it is. */
const FIRST_BYTES = 64 * 1024

/** The whole of a file whose length shows only at its end. */
export function readAll(stream: ByteStream): Buffer {
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  let length = 0
  try {
    for (let count = -1; count !== 0; length += count) {
      if (length === bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length)
      count = stream.read(bytes.subarray(length))
    }
  } finally {
    stream.close()
  }
  return bytes.subarray(0, length)
}
