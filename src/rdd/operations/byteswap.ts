const FACTOR = 0x9e3775cd

/** Spreads the bits of a small number over 32: seeds of neighbouring ids have nothing in common. */
export function byteswap32(value: number): number {
  const mixed = Math.imul(value, FACTOR)
  const swapped = (mixed << 24) | ((mixed & 0xff00) << 8) | ((mixed >>> 8) & 0xff00) | (mixed >>> 24)
  return Math.imul(swapped, FACTOR)
}
