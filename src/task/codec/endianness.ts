const isBigEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0

/** Turns `count` numbers of `width` bytes at an offset around, on a big-endian machine only: stored bytes are little-endian. */
export function swapIfBigEndian(bytes: Uint8Array, at: number, count: number, width: number): void {
  if (!isBigEndian || width === 1) return
  const end = at + count * width
  for (let start = at; start < end; start += width) bytes.subarray(start, start + width).reverse()
}
