import fs from 'node:fs'
import type { StoredBytes } from '../../../task/input.ts'

/** Bytes of a file that are in memory at a time on their way out. */
const PIECE_BYTES = 4 * 1024 * 1024

/**
 * Sends stored bytes piece by piece.
 * @param send takes a piece and the number of its first part, and gives the next part's number.
 * @returns the number after the last part.
 */
export async function sendStored(
  stored: StoredBytes,
  part: number,
  send: (piece: Uint8Array, part: number) => Promise<number>,
): Promise<number> {
  if (stored instanceof Uint8Array) return send(stored, part)
  let next = part
  const file = await fs.promises.open(stored.path, 'r')
  try {
    for (let done = 0; done < stored.length; ) {
      const length = Math.min(PIECE_BYTES, stored.length - done)
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, stored.offset + done)
      if (bytesRead === 0) throw new Error(`${stored.path} is shorter than what was written to it`)
      next = await send(buffer.subarray(0, bytesRead), next)
      done += bytesRead
    }
  } finally {
    await file.close()
  }
  return next
}
