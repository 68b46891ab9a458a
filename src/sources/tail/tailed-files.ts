import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { isCompressedFile } from '../../files/codecs.ts'
import { globStatus } from '../../files/glob-status.ts'
import { isHidden, parsePath } from '../../files/path.ts'

/** A file as it is in a listing. */
export interface ListedFile {
  /** An absolute path. */
  readonly path: string
  /** The number of the file in its file system: it stays when the file is renamed. */
  readonly inode: string
  /** In bytes. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number
}

/** The first bytes of a file, by which it is known again: a file system gives the number of a deleted file to a new one. */
export interface FileHead {
  readonly bytes: number
  readonly crc: number
}

/** So many first bytes of a file stand for it. */
const HEAD_BYTES = 1024
/** How many `stat` calls are under way at the same time. */
const STAT_CONCURRENCY = 64

/**
 * The files that a path names: the file itself, the files in a directory, or what a pattern matches. Directories in directories, hidden names and packed
 * files (a rotated log that was compressed) are left out, but for a file that the path itself names. Nothing where there is nothing yet.
 */
export async function listTailed(path: string): Promise<ListedFile[]> {
  const found = (await globStatus(path)) ?? []
  const isPlain = found.length === 1 && parsePath(path).path === parsePath(found[0]!.path).path
  const paths: string[] = []
  for (const { path: each, isDirectory } of found) {
    const local = parsePath(each).path
    if (isDirectory) for (const name of await namesIn(local)) paths.push(join(local, name))
    else paths.push(local)
  }
  const isNamed = isPlain && !found[0]!.isDirectory
  return statAll(isNamed ? paths : paths.filter((each) => !isHidden(each) && !isCompressedFile(each)))
}

/** What rotation puts behind a file's name: a number, a date, or a word for what is old. */
const ROTATED = /^[.\-_](?:\d[\d.\-_T:]*|old|bak|prev)$/

/** The files beside one under names that rotation gives: `app.log.1`, `app.log-20240101`, `app.log.old` of `app.log`. Packed ones are left out. */
export async function listRotated(path: string): Promise<ListedFile[]> {
  const own = basename(path)
  const names = (await namesIn(dirname(path))).filter(
    (name) => name.startsWith(own) && ROTATED.test(name.slice(own.length)),
  )
  return statAll(names.map((name) => join(dirname(path), name)))
}

async function findInDirectory(directory: string, inode: string): Promise<ListedFile | null> {
  const files = await statAll((await namesIn(directory)).map((name) => join(directory, name)))
  return files.find((file) => file.inode === inode) ?? null
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** A file that may have been renamed within its directory; null where it is gone. */
export async function findAgain(path: string, inode: string): Promise<ListedFile | null> {
  const [there] = await statAll([path])
  return there?.inode === inode ? there : findInDirectory(dirname(path), inode)
}

async function statAll(paths: readonly string[]): Promise<ListedFile[]> {
  const files: ListedFile[] = []
  for (let start = 0; start < paths.length; start += STAT_CONCURRENCY) {
    const some = paths.slice(start, start + STAT_CONCURRENCY)
    const stats = await Promise.all(some.map(statIfThere))
    stats.forEach((one, index) => {
      if (one?.isFile()) files.push(listed(some[index]!, one))
    })
  }
  return files
}

function listed(path: string, { ino, size, mtimeMs }: BigIntStats): ListedFile {
  return { path, inode: ino.toString(), size: Number(size), modifiedMs: Number(mtimeMs) }
}

async function statIfThere(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ENOENT'
}

/** An open file that is being looked at. */
export class TailedFile implements AsyncDisposable {
  readonly #handle: FileHandle

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** Null where another file is at the path by now, or none: the next batch sees. */
  static async open({ path, inode }: ListedFile): Promise<TailedFile | null> {
    let handle: FileHandle
    try {
      handle = await open(path, 'r')
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
    if ((await handle.stat({ bigint: true })).ino.toString() === inode) return new TailedFile(handle)
    await handle.close()
    return null
  }

  /** The head of a file of which so many bytes are known. */
  async head(knownBytes: number): Promise<FileHead> {
    const bytes = await this.read(0, Math.min(HEAD_BYTES, knownBytes))
    return { bytes: bytes.length, crc: crc32(bytes) }
  }

  /** Whether the file begins with a head that was taken before. */
  async hasHead({ bytes, crc }: FileHead): Promise<boolean> {
    const now = await this.read(0, bytes)
    return now.length === bytes && crc32(now) === crc
  }

  /** @returns fewer bytes where the file ends. */
  async read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length)
    let done = 0
    while (done < length) {
      const { bytesRead } = await this.#handle.read(buffer, done, length - done, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return buffer.subarray(0, done)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}
