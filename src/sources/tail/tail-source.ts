import type { Clock } from '../../batches/clock.ts'
import type { Time } from '../../batches/time.ts'
import { log } from '../../log.ts'
import type { BatchPlan, BatchSource, InputInfo, SourcePartition } from '../batch-source.ts'
import { readTailedLines, type TailedRange } from './read-tailed-lines.ts'
import { endOfFirstLine, endOfLastLine, type TailEncoding } from './tail-encoding.ts'
import { type FileHead, findAgain, type ListedFile, listRotated, listTailed, TailedFile } from './tailed-files.ts'

/** A tailed file as a checkpoint keeps it: up to where it was read, in bytes, and how it is known again. */
export type KeptFile = readonly [
  path: string,
  inode: string,
  offset: number,
  headBytes: number,
  headCrc: number,
  modifiedMs: number,
  name: string,
]

/** What a batch reads of a file: {@link TailedRange} without what the program says. */
export type KeptRange = readonly [
  path: string,
  inode: string,
  headBytes: number,
  headCrc: number,
  from: number,
  to: number,
]

/** What one batch reads of tailed files, and how far all files were read after it. */
export interface TailPositions {
  readonly files: readonly KeptFile[]
  readonly ranges: readonly KeptRange[]
  readonly [key: string]: readonly KeptFile[] | readonly KeptRange[]
}

/** What a {@link TailSource} is made of. */
export interface TailSourceOptions {
  /** A file, a directory or a pattern. */
  readonly path: string
  readonly encoding: TailEncoding
  /** Whether what is in the files when the stream is started for the first time is read too. */
  readonly fromBeginning: boolean
  /** Bytes of one file that a batch reads at most. A longer line is read whole all the same. */
  readonly maxBytesPerFile: number
  readonly failOnDataLoss: boolean
  readonly clock: Clock
  /** How long a file that no path names any more is watched after its last change, in milliseconds. */
  readonly rememberMs: number
}

/** A file that is being read: where it is, how it is known again, and up to where it was read. */
interface Tracked {
  readonly path: string
  readonly inode: string
  /** In bytes: the end of the last line that a batch was given. */
  readonly offset: number
  readonly head: FileHead
  /** The path under which it was named last, which it may have been renamed from. */
  readonly name: string
  /** When it was last modified, as far as a batch saw, in milliseconds since the epoch. */
  readonly modifiedMs: number
  /** The file as it was when its last whole line was found; null where there may be more lines, and after a restart. */
  readonly seen: { readonly size: number; readonly modifiedMs: number } | null
}

/** A file that is there, and how far it was read; null where it is new, or another one than before. */
interface Followed {
  readonly file: ListedFile
  readonly before: Tracked | null
  /** Whether the path names it, and not only named it before. */
  readonly isNamed: boolean
  /** The path under which it was named before, where it is not named any more. */
  readonly name?: string
}

/** Largest piece of a file that one partition reads, in bytes, up to the end of a line. */
const PARTITION_BYTES = 32 * 1024 * 1024
/** With fewer first bytes than this in common, a file of another number is another file. */
const MIN_HEAD_BYTES = 64
/** Bytes that are searched for the end of a line at a time. */
const SEARCH_BYTES = 256 * 1024

/**
 * The lines that are appended to files, as `tail -F` prints them: a batch reads the whole lines that came since the batch before. A file is followed by its
 * number in the file system, so one that is renamed is read to its end under its new name, while the new file of the old name is read from its beginning.
 */
export class TailSource implements BatchSource<string, TailPositions> {
  readonly #options: TailSourceOptions
  /** By the number of the file in its file system. */
  #tracked: ReadonlyMap<string, Tracked> = new Map()
  /** Up to where a file holds no line end behind its offset, by its number: a long last line is not searched again in each batch. */
  readonly #searchedTo = new Map<string, number>()

  constructor(options: TailSourceOptions) {
    this.#options = options
  }

  open(restored: TailPositions | null): void {
    const files = restored?.files ?? []
    this.#tracked = new Map(
      files.map(([path, inode, offset, bytes, crc, modifiedMs, name]) => [
        inode,
        { path, name, inode, offset, head: { bytes, crc }, modifiedMs, seen: null },
      ]),
    )
  }

  /** Behind the last whole line of each file that is there, or at its beginning. */
  async beginning(): Promise<TailPositions> {
    if (!this.#options.fromBeginning) {
      const tracked = new Map<string, Tracked>()
      let leftOutBytes = 0
      for (const listed of await listTailed(this.#options.path)) {
        const file = await this.#atEnd(listed)
        if (file === null) continue
        tracked.set(file.inode, file)
        leftOutBytes += file.offset
      }
      this.#tracked = tracked
      if (leftOutBytes > 0) {
        log(
          'WARN',
          'TailInputDStream',
          `Leaving out ${leftOutBytes} bytes that were in ${tracked.size === 1 ? '1 file' : `${tracked.size} files`} of ${this.#options.path} before the start; ` +
            "tailStream(path, { from: 'beginning' }) reads them",
        )
      }
    }
    return this.#positions([])
  }

  close(): void {}

  async plan(_time: Time): Promise<BatchPlan<string, TailPositions>> {
    const tracked = new Map<string, Tracked>()
    const ranges: KeptRange[] = []
    const follow = await this.#follow()
    for (const one of follow) {
      const next = await this.#advance(one, ranges)
      if (next !== null) tracked.set(next.inode, next)
    }
    // Only now: a plan that throws is asked for again, and nothing was passed over.
    this.#tracked = tracked
    for (const inode of this.#searchedTo.keys()) if (!tracked.has(inode)) this.#searchedTo.delete(inode)
    const positions = this.#positions(ranges)
    return { positions, partitions: this.replan(_time, positions), ...this.describe(positions) }
  }

  replan(_time: Time, { ranges }: TailPositions): readonly SourcePartition<string>[] {
    const { encoding, failOnDataLoss } = this.#options
    return ranges.map(([path, inode, headBytes, headCrc, from, to]) => {
      const data: TailedRange = { path, inode, headBytes, headCrc, from, to, encoding: encoding.name, failOnDataLoss }
      return { kind: 'read', data, read: readTailedLines } as const
    })
  }

  /** Nobody counts the lines before they are read. */
  describe({ ranges }: TailPositions): { readonly records: null; readonly info: InputInfo } {
    const files = ranges.map(([path, , , , from, to]) => `${path} bytes ${from} to ${to}`)
    return { records: null, info: { files, Description: files.join('\n') } }
  }

  #positions(ranges: readonly KeptRange[]): TailPositions {
    const files = [...this.#tracked.values()].map(
      ({ path, name, inode, offset, head, modifiedMs }): KeptFile => [
        path,
        inode,
        offset,
        head.bytes,
        head.crc,
        modifiedMs,
        name,
      ],
    )
    return { files, ranges }
  }

  /**
   * The files that the path names, those that it named before and that were renamed or copied since, and those that came and were rotated away between two
   * batches. What was renamed or copied comes first, in the order of its last changes: it is older.
   */
  async #follow(): Promise<Followed[]> {
    const named = await listTailed(this.#options.path)
    const listed = new Map(named.map((file) => [file.inode, file]))
    const older: Followed[] = []
    const newer: Followed[] = []
    const taken = new Set(this.#tracked.keys())
    for (const before of this.#tracked.values()) {
      const there = listed.get(before.inode)
      const isNamed = there !== undefined
      const file = there ?? (await findAgain(before.path, before.inode))
      const isSame = file !== null && !(await isReplaced(file, before))
      if (isSame) (isNamed ? newer : older).push({ file, before, isNamed, name: before.name })
      if (isSame && isNamed) continue
      // What was rotated since is newer than the newest file of the name that a batch saw.
      const rotated = this.#isNewestOfName(before) ? await listRotatedSince(before) : []
      let isFound = isSame
      for (const one of rotated) {
        if (taken.has(one.inode)) continue
        taken.add(one.inode)
        const isCopy = !isFound && (await begins(one, before))
        isFound ||= isCopy
        older.push({
          file: one,
          before: isCopy ? { ...before, path: one.path, inode: one.inode, seen: null } : null,
          isNamed: listed.has(one.inode),
          name: before.name,
        })
      }
      if (isSame) continue
      this.#searchedTo.delete(before.inode)
      if (file !== null) newer.push({ file, before: null, isNamed, name: before.name })
      else if (!isFound) {
        const moved = await findSameContent(before, named)
        if (moved !== null && !taken.has(moved.inode)) {
          taken.add(moved.inode)
          newer.push({ file: moved, before: { ...before, inode: moved.inode, seen: null }, isNamed: true })
          isFound = true
        }
      }
      if (!isFound) this.#tellOfLoss(before, file !== null)
    }
    for (const file of named) if (!taken.has(file.inode)) newer.push({ file, before: null, isNamed: true })
    return [...older.sort((one, other) => one.file.modifiedMs - other.file.modifiedMs), ...newer]
  }

  #isNewestOfName({ name, inode, modifiedMs }: Tracked): boolean {
    for (const other of this.#tracked.values()) {
      if (other.name === name && other.inode !== inode && other.modifiedMs > modifiedMs) return false
    }
    return true
  }

  /** Says that lines may be lost: of a file that a batch may not have read to its end. */
  #tellOfLoss({ path }: Tracked, isTruncated: boolean): void {
    if (isTruncated) {
      log(
        'WARN',
        'TailInputDStream',
        `${path} was truncated or replaced, and is read from its beginning. Lines that were added to it before and that no batch was given are lost`,
      )
    } else log('INFO', 'TailInputDStream', `${path} is gone from its directory, and is not followed any more`)
  }

  /** Adds the ranges of a file's new lines. @returns how far the file is read then; null when it is not followed any more. */
  async #advance(follow: Followed, ranges: KeptRange[]): Promise<Tracked | null> {
    const { clock, rememberMs, maxBytesPerFile } = this.#options
    const { file: listed, before, isNamed } = follow
    const { path, inode, size, modifiedMs } = listed
    const hasEnded = !isNamed && modifiedMs < clock.now() - rememberMs
    if (before !== null && isUnchanged(before, listed) && !hasEnded) return { ...before, path }
    await using file = await TailedFile.open(listed)
    if (file === null) return before
    const from = before?.offset ?? 0
    const limit = Math.min(size, from + maxBytesPerFile)
    let to = await this.#endOfLines(file, listed, from, limit)
    // The last line of a file that is over is a line, although nothing ends it.
    if (hasEnded && limit === size) to = size
    const head = await file.head(to)
    await this.#addRanges(file, listed, head, from, to, ranges)
    if (hasEnded && to === size) return null
    // One that was rotated between two batches was never named, and has the name of the file that it was found by.
    const name = isNamed ? path : (follow.name ?? path)
    return { path, name, inode, offset: to, head, modifiedMs, seen: limit === size ? { size, modifiedMs } : null }
  }

  /** The end of the last whole line before `limit`, or of the first one where it is longer; `from` where no line has ended yet. */
  async #endOfLines(file: TailedFile, listed: ListedFile, from: number, limit: number): Promise<number> {
    const { encoding } = this.#options
    const searched = Math.max(from, this.#searchedTo.get(listed.inode) ?? 0)
    for (let end = limit; end > searched; end -= SEARCH_BYTES) {
      const start = alignedTo(encoding, Math.max(searched, end - SEARCH_BYTES))
      const block = await file.read(start, end - start)
      const found = endOfLastLine(block, start, encoding)
      if (found >= 0) {
        this.#searchedTo.delete(listed.inode)
        return start + found
      }
    }
    const end = await this.#endOfFirstLine(file, Math.max(limit, searched), listed.size)
    if (end === null) this.#searchedTo.set(listed.inode, alignedTo(encoding, listed.size))
    else this.#searchedTo.delete(listed.inode)
    return end ?? from
  }

  /** The end of the line that `from` is in, up to `size`; null where the line has not ended. */
  async #endOfFirstLine(file: TailedFile, from: number, size: number): Promise<number | null> {
    const { encoding } = this.#options
    for (let start = alignedTo(encoding, from); start < size; start += SEARCH_BYTES) {
      const block = await file.read(start, Math.min(SEARCH_BYTES, size - start))
      const found = endOfFirstLine(block, start, encoding)
      if (found >= 0) return start + found
    }
    return null
  }

  /** Cuts what is read of a file into partitions, at the ends of lines. */
  async #addRanges(
    file: TailedFile,
    { path, inode }: ListedFile,
    head: FileHead,
    from: number,
    to: number,
    ranges: KeptRange[],
  ): Promise<void> {
    for (let start = from; start < to; ) {
      const cut = to - start <= PARTITION_BYTES ? to : await this.#endOfFirstLine(file, start + PARTITION_BYTES, to)
      const end = cut ?? to
      ranges.push([path, inode, head.bytes, head.crc, start, end])
      start = end
    }
  }

  async #atEnd(listed: ListedFile): Promise<Tracked | null> {
    await using file = await TailedFile.open(listed)
    if (file === null) return null
    const offset = await this.#endOfLines(file, listed, 0, listed.size)
    const { path, inode, modifiedMs } = listed
    return { path, name: path, inode, offset, head: await file.head(offset), modifiedMs, seen: null }
  }
}

/** Characters of two bytes are searched from an even place on. */
function alignedTo({ lineFeed }: TailEncoding, position: number): number {
  return position - (position % lineFeed.length)
}

function isUnchanged({ seen }: Tracked, { size, modifiedMs }: ListedFile): boolean {
  return seen?.size === size && seen.modifiedMs === modifiedMs
}

/** Whether a file is shorter than it was read, or does not begin as it did: it was truncated, or the number is that of another file by now. */
async function isReplaced(file: ListedFile, before: Tracked): Promise<boolean> {
  if (file.size < before.offset) return true
  if (isUnchanged(before, file)) return false
  await using opened = await TailedFile.open(file)
  return opened !== null && !(await opened.hasHead(before.head))
}

/** A file that took another's path and goes on where that ended: after a move to another machine or file system, files have other numbers. */
async function findSameContent(before: Tracked, named: readonly ListedFile[]): Promise<ListedFile | null> {
  const candidate = named.find(({ path, size }) => path === before.path && size >= before.offset)
  if (candidate === undefined || before.head.bytes < MIN_HEAD_BYTES) return null
  await using file = await TailedFile.open(candidate)
  return (await file?.hasHead(before.head)) ? candidate : null
}

/** The files that were rotated away since a batch last saw a file, oldest first: under names like `app.log.1` of `app.log`, and changed later than the file was. */
async function listRotatedSince({ name, modifiedMs }: Tracked): Promise<ListedFile[]> {
  const beside = await listRotated(name)
  return beside.filter((file) => file.modifiedMs > modifiedMs).sort((a, b) => a.modifiedMs - b.modifiedMs)
}

/** Whether a file begins as another did and is as long at least: a copy, made before the other was truncated. */
async function begins(copy: ListedFile, before: Tracked): Promise<boolean> {
  if (before.head.bytes === 0 || copy.size < before.offset) return false
  await using file = await TailedFile.open(copy)
  return (await file?.hasHead(before.head)) ?? false
}
