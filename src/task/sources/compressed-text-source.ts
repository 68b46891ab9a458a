import fs from 'node:fs'
import zlib from 'node:zlib'
import type { Reader } from '../reader.ts'
import { decodeLines, windowEnd } from './line-decoder.ts'
import { localPath } from './local-path.ts'

/** Lines of a whole gzip file, unpacked as they are read. */
export function compressedTextReader(path: string): Reader {
  const file = fs.createReadStream(localPath(path))
  const unpacked = file.pipe(zlib.createGunzip())
  file.on('error', (error) => unpacked.destroy(error))
  const pieces = unpacked[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let rest: Buffer = Buffer.alloc(0)
  let isDone = false
  return {
    isAsync: true,
    async next() {
      while (!isDone) {
        const step = await pieces.next()
        if (step.done) {
          isDone = true
          return rest.length === 0 ? null : decodeLines(rest, 0, rest.length)
        }
        const bytes = rest.length === 0 ? step.value : Buffer.concat([rest, step.value])
        const cut = windowEnd(bytes, 0, bytes.length)
        if (cut === -1) {
          rest = bytes
          continue
        }
        rest = bytes.subarray(cut)
        return decodeLines(bytes, 0, cut)
      }
      return null
    },
    close() {
      isDone = true
      file.destroy()
      unpacked.destroy()
    },
  }
}
