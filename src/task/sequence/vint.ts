/** A whole number in Hadoop's variable length: one byte from -112 to 127, else a byte that says how many follow, and these. */
export function vintBytes(value: number): Buffer {
  if (value >= -112 && value <= 127) return Buffer.from([value & 0xff])
  const isNegative = value < 0
  let rest = isNegative ? -1 - value : value
  const bytes: number[] = []
  while (rest > 0) {
    bytes.unshift(rest % 256)
    rest = Math.floor(rest / 256)
  }
  return Buffer.from([(isNegative ? -120 : -112) - bytes.length, ...bytes].map((byte) => byte & 0xff))
}

/** How many bytes a number takes that begins with this byte. */
export function vintLength(first: number): number {
  const signed = (first << 24) >> 24
  if (signed >= -112) return 1
  return signed < -120 ? -119 - signed : -111 - signed
}

/** The number at a place of bytes that hold all of it. */
export function readVint(bytes: Uint8Array, offset: number): number {
  const signed = (bytes[offset]! << 24) >> 24
  const length = vintLength(bytes[offset]!)
  if (length === 1) return signed
  let value = 0
  for (let i = 1; i < length; i++) value = value * 256 + bytes[offset + i]!
  return signed < -120 ? -1 - value : value
}
