import { IllegalArgumentException } from '../../errors.ts'

/** How a tailed file's bytes become text. */
export interface TailEncoding {
  /** The encoding's name by the WHATWG, as `TextDecoder` knows it: `utf-8`, `utf-16le`, `windows-1252`. */
  readonly name: string
  /** The bytes of a line feed. */
  readonly lineFeed: Uint8Array
}

/**
 * The encoding with a name: any that `TextDecoder` knows.
 * @throws IllegalArgumentException for a name that it does not know.
 */
export function tailEncoding(label: string): TailEncoding {
  let name: string
  try {
    name = new TextDecoder(label).encoding
  } catch (cause) {
    throw new IllegalArgumentException(
      'ILLEGAL_ARGUMENT',
      `requirement failed: tailStream does not know the encoding '${label}'; use a name that TextDecoder knows, such as utf-8, utf-16le or latin1`,
      { cause },
    )
  }
  if (name === 'utf-16le') return { name, lineFeed: new Uint8Array([0x0a, 0x00]) }
  if (name === 'utf-16be') return { name, lineFeed: new Uint8Array([0x00, 0x0a]) }
  return { name, lineFeed: new Uint8Array([0x0a]) }
}

/**
 * The end of the last whole line in a block, as an offset into the block; -1 where no line ends in it.
 * @param blockStart where the block begins in its file: characters of two bytes are at even places of the file.
 */
export function endOfLastLine(block: Buffer, blockStart: number, { lineFeed }: TailEncoding): number {
  for (let at = block.length; at > 0; ) {
    const found = block.lastIndexOf(lineFeed, at - lineFeed.length)
    if (found < 0 || at < lineFeed.length) return -1
    if ((blockStart + found) % lineFeed.length === 0) return found + lineFeed.length
    at = found + lineFeed.length - 1
  }
  return -1
}

/** The end of the first whole line in a block, as {@link endOfLastLine} has that of the last. */
export function endOfFirstLine(block: Buffer, blockStart: number, { lineFeed }: TailEncoding): number {
  for (let from = 0; ; ) {
    const found = block.indexOf(lineFeed, from)
    if (found < 0) return -1
    if ((blockStart + found) % lineFeed.length === 0) return found + lineFeed.length
    from = found + 1
  }
}
