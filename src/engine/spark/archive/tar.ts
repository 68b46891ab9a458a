import type { Readable } from 'node:stream'

/** One entry of an archive. Names are relative paths with forward slashes. */
export type TarEntry =
  | { readonly name: string; readonly kind: 'file'; readonly isExecutable: boolean; readonly content: Uint8Array }
  | {
      readonly name: string
      readonly kind: 'stored'
      readonly isExecutable: boolean
      readonly sizeBytes: number
      readonly open: () => Readable
    }
  | { readonly name: string; readonly kind: 'link'; readonly target: string }
  /** The same file as an earlier entry. */
  | { readonly name: string; readonly kind: 'same'; readonly as: string }

const BLOCK_BYTES = 512
const MAX_NAME_BYTES = 100
/** The modification time of every entry, so that equal content makes equal archives: 1980, the earliest year that every tool accepts. */
const MODIFIED_SECONDS = 315_532_800

/** Writes a tar archive of POSIX's format, piece by piece. */
export async function* tarStream(entries: Iterable<TarEntry> | AsyncIterable<TarEntry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield* longNames(entry)
    yield header(entry, sizeOf(entry))
    if (entry.kind === 'file') {
      yield entry.content
    } else if (entry.kind === 'stored') {
      for await (const chunk of entry.open()) yield chunk as Uint8Array
    }
    yield padding(sizeOf(entry))
  }
  yield Buffer.alloc(2 * BLOCK_BYTES)
}

function sizeOf(entry: TarEntry): number {
  if (entry.kind === 'file') return entry.content.length
  return entry.kind === 'stored' ? entry.sizeBytes : 0
}

/** Names that do not fit a header go in an extended one before it. */
function* longNames(entry: TarEntry): Generator<Uint8Array> {
  const records: string[] = []
  if (Buffer.byteLength(entry.name) > MAX_NAME_BYTES) records.push(extendedRecord('path', entry.name))
  const target = targetOf(entry)
  if (Buffer.byteLength(target) > MAX_NAME_BYTES) records.push(extendedRecord('linkpath', target))
  if (records.length === 0) return
  const content = Buffer.from(records.join(''))
  yield headerOf({ name: 'pax', mode: 0o644, type: 'x', target: '', sizeBytes: content.length })
  yield content
  yield padding(content.length)
}

function targetOf(entry: TarEntry): string {
  if (entry.kind === 'link') return entry.target
  return entry.kind === 'same' ? entry.as : ''
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function extendedRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  while (String(length).length + Buffer.byteLength(rest) !== length) {
    length = String(length).length + Buffer.byteLength(rest)
  }
  return `${length}${rest}`
}

const TYPES = { file: '0', stored: '0', same: '1', link: '2' } as const

function header(entry: TarEntry, sizeBytes: number): Buffer {
  const mode = 'isExecutable' in entry && !entry.isExecutable ? 0o644 : 0o755
  return headerOf({ name: entry.name, mode, type: TYPES[entry.kind], target: targetOf(entry), sizeBytes })
}

interface HeaderFields {
  readonly name: string
  readonly mode: number
  readonly type: string
  readonly target: string
  readonly sizeBytes: number
}

function headerOf({ name, mode, type, target, sizeBytes }: HeaderFields): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write(name, 0, MAX_NAME_BYTES)
  writeOctal(block, mode, 100, 8)
  writeOctal(block, 0, 108, 8)
  writeOctal(block, 0, 116, 8)
  writeOctal(block, sizeBytes, 124, 12)
  writeOctal(block, MODIFIED_SECONDS, 136, 12)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(target, 157, MAX_NAME_BYTES)
  block.write('ustar\u000000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148)
  return block
}

function writeOctal(block: Buffer, value: number, at: number, width: number): void {
  block.write(`${value.toString(8).padStart(width - 1, '0')}\u0000`, at)
}

function padding(length: number): Uint8Array {
  return Buffer.alloc((BLOCK_BYTES - (length % BLOCK_BYTES)) % BLOCK_BYTES)
}
