import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { ColumnKind } from './format.ts'
import { readLengths, sumLengths, writeLengths, writeNumbers } from './number-columns.ts'

/** Writes a column of dates as their times; false when one only claims to be a Date. */
export function writeDates(sink: ByteSink, values: readonly Date[]): boolean {
  const times = new Array<number>(values.length)
  try {
    for (let i = 0; i < values.length; i++) times[i] = Date.prototype.getTime.call(values[i]!)
  } catch {
    return false
  }
  sink.u8(ColumnKind.DATE)
  writeNumbers(sink, times, times.length)
  return true
}

/** Writes a column of plain `Uint8Array`s or of `Buffer`s, whichever the first one is; false when one only claims to be. */
export function writeByteArrays(sink: ByteSink, values: readonly Uint8Array[]): boolean {
  const lengths = new Uint32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    if (!ArrayBuffer.isView(values[i])) return false
    lengths[i] = values[i]!.byteLength
  }
  sink.u8(Buffer.isBuffer(values[0]) ? ColumnKind.BUFFER : ColumnKind.UINT8_ARRAY)
  writeLengths(sink, lengths, values.length)
  for (let i = 0; i < values.length; i++) sink.append(values[i]!)
  return true
}

/** Reads byte arrays, each with memory of its own, so that keeping one does not keep the rest. */
export function readByteArrays(source: ByteSource, count: number, isBuffer: boolean): Uint8Array[] {
  const lengths = readLengths(source, count)
  source.expect(sumLengths(lengths))
  const values = new Array<Uint8Array>(count)
  for (let i = 0; i < count; i++) {
    const at = source.take(lengths[i]!)
    const bytes = new Uint8Array(lengths[i]!)
    bytes.set(source.buffer.subarray(at, source.position))
    values[i] = isBuffer ? Buffer.from(bytes.buffer) : bytes
  }
  return values
}
