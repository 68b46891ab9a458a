import { FileNotFoundException } from '../../files/errors.ts'
import type { FileSystem, InputFile } from '../../files/file-system.ts'
import { pathName } from '../../files/path.ts'
import { log } from '../../log.ts'
import { FRAME_HEADER_BYTES, type LoggedBlock, readFrame, readFrameHeader } from './log-frame.ts'

/** Where a block's data stands in a log. */
export interface LogSegment {
  /** The log file's name in its directory. */
  readonly file: string
  /** Where the data begins, in bytes from the beginning of the file. */
  readonly offset: number
  readonly length: number
}

/** A block as a log has it. */
export interface LogEntry {
  readonly block: LoggedBlock
  readonly segment: LogSegment
}

/** The second number is how often its first block was tried before. */
const FILE_NAME = /^log-(\d+)(?:\.\d+)?$/
const SEQUENCE_DIGITS = 12

/**
 * The name of the log file whose first block has this sequence number: names are in the order of their blocks.
 * @param attempt how often it was tried to write the block to another file.
 */
export function logFileName(firstSequence: number, attempt = 0): string {
  return `log-${String(firstSequence).padStart(SEQUENCE_DIGITS, '0')}${attempt === 0 ? '' : `.${attempt}`}`
}

/** The blocks in a directory of log files. */
export interface LogContent {
  /** The blocks that the caller asked for, in the order of the log. */
  readonly entries: readonly LogEntry[]
  /** The first sequence number that no block, whole or torn, has had. */
  readonly nextSequence: number
}

/**
 * Reads the blocks behind a sequence number. A file's end that was torn by a crash is left out, and the log says so; of a block that was
 * written again, one counts; of one that was refused, none.
 */
export async function readLog(fileSystem: FileSystem, directory: string, afterSequence: number): Promise<LogContent> {
  if (!(await fileSystem.exists(directory))) return { entries: [], nextSequence: afterSequence + 1 }
  const statuses = await fileSystem.listStatus(directory)
  const files = statuses.map(({ path }) => pathName(path)).filter((name) => FILE_NAME.test(name))
  const entries: LogEntry[] = []
  const refused = new Set<number>()
  let lastSequence = afterSequence
  let nextSequence = afterSequence + 1
  for (const [index, name] of files.entries()) {
    nextSequence = Math.max(nextSequence, firstSequenceOf(name) + 1)
    const next = files[index + 1]
    if (next !== undefined && firstSequenceOf(next) <= afterSequence + 1) continue
    for (const entry of await readIfThere(fileSystem, `${directory}/${name}`)) {
      nextSequence = Math.max(nextSequence, entry.block.sequence + 1)
      for (const sequence of entry.block.refused) refused.add(sequence)
      if (entry.block.sequence <= lastSequence) continue
      lastSequence = entry.block.sequence
      entries.push(entry)
    }
  }
  return { entries: entries.filter(({ block }) => !refused.has(block.sequence)), nextSequence }
}

function firstSequenceOf(name: string): number {
  return Number(FILE_NAME.exec(name)![1])
}

/** A file that is removed meanwhile is one that no checkpoint refers to. */
async function readIfThere(fileSystem: FileSystem, path: string): Promise<LogEntry[]> {
  try {
    return await readLogFile(fileSystem, path)
  } catch (error) {
    if (!(error instanceof FileNotFoundException)) throw error
    log('WARN', 'WriteAheadLogReader', `${path} was removed while the log was read: none of its blocks is taken`)
    return []
  }
}

/** The whole blocks of a log file up to its end, or up to the first that is not whole. */
export async function readLogFile(fileSystem: FileSystem, path: string): Promise<LogEntry[]> {
  await using file = await fileSystem.open(path)
  const entries: LogEntry[] = []
  let position = 0
  while (position < file.length) {
    const frame = await frameAt(file, position)
    if (frame === null) {
      log(
        'WARN',
        'WriteAheadLogReader',
        `${path} ends in a block that was not written to its end: ${file.length - position} bytes from byte ${position} on are left out, ${entries.length} blocks before them are whole`,
      )
      break
    }
    const { block, dataOffset, end } = frame
    const offset = position + FRAME_HEADER_BYTES + dataOffset
    entries.push({ block, segment: { file: pathName(path), offset, length: end - offset } })
    position = end
  }
  return entries
}

async function frameAt(file: InputFile, position: number) {
  const header = await file.read(position, FRAME_HEADER_BYTES)
  if (header.length < FRAME_HEADER_BYTES) return null
  const { length, checksum } = readFrameHeader(header)
  const end = position + FRAME_HEADER_BYTES + length
  if (end > file.length) return null
  const frame = readFrame(await file.read(position + FRAME_HEADER_BYTES, length), checksum)
  return frame && { ...frame, end }
}
