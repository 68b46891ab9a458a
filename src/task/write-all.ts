import fs from 'node:fs'

/**
 * Writes all bytes to a file, in as many calls as it takes: the system may take a part only, for instance when the disk is nearly full.
 * @param position where in the file the bytes go; null for behind what was written last, or for a pipe.
 */
export function writeAll(file: number, bytes: Uint8Array, position: number | null = null): void {
  let written = 0
  while (written < bytes.length) {
    const at = position === null ? null : position + written
    const count = fs.writeSync(file, bytes, written, bytes.length - written, at)
    if (count === 0) throw new Error(`the system takes no further byte: ${written} of ${bytes.length} were written`)
    written += count
  }
}
