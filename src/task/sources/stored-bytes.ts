import fs from 'node:fs'
import type { StoredBytes } from '../input.ts'

/** Stored bytes in memory, read from their file where they are in one. */
export function readStored(stored: StoredBytes): Uint8Array {
  if (stored instanceof Uint8Array) return stored
  const bytes = Buffer.allocUnsafeSlow(stored.length)
  const file = fs.openSync(stored.path, 'r')
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
