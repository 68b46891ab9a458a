import { crc32 } from 'node:zlib'
import type { FileSystem } from '../../files/file-system.ts'
import { pathName } from '../../files/path.ts'
import type { KeptInputs, KeptLedger } from '../ledger/kept-ledger.ts'
import type { LedgerSegment, SegmentedLedger } from '../ledger/ledger-segment.ts'
import type { SegmentFile, StoredLedger } from './checkpoint.ts'
import { CorruptCheckpointError } from './errors.ts'
import { readWhole } from './read-whole.ts'

/** Where the segments of ledgers stand below the checkpoint directory. */
const SEGMENT_DIRECTORY = 'ledger'

type WrittenSegment = Pick<SegmentFile, 'file' | 'bytes' | 'crc32'>

/**
 * The files of ledger segments below a checkpoint directory: `ledger/<first batch>-<last batch>-<checksum>`, JSON of what the batches read. A segment's file is
 * written before the first checkpoint that refers to it and never changes afterwards; the checkpoint says how long the file is and what its checksum is.
 */
export class SegmentFiles {
  readonly #fileSystem: FileSystem
  /** The checkpoint directory. */
  readonly #path: string
  /** The segments of this run whose files are on the disk. */
  readonly #written = new Map<LedgerSegment, WrittenSegment>()
  /** All files that are on the disk, relative to the checkpoint directory. */
  readonly #files = new Set<string>()

  constructor(fileSystem: FileSystem, path: string) {
    this.#fileSystem = fileSystem
    this.#path = path
  }

  /** Removes the files that no checkpoint refers to: those of a run that was killed before it wrote the checkpoint, and temporary ones. */
  async open(isReferred: (file: string) => boolean): Promise<void> {
    const directory = `${this.#path}/${SEGMENT_DIRECTORY}`
    if (!(await this.#fileSystem.exists(directory))) return
    for (const { path } of await this.#fileSystem.listStatus(directory)) {
      this.#files.add(`${SEGMENT_DIRECTORY}/${pathName(path)}`)
    }
    await this.prune(isReferred)
  }

  /** Removes the files that no checkpoint refers to. Must follow a checkpoint that was written, not one that failed: the next refers to the segments of that one. */
  async prune(isReferred: (file: string) => boolean): Promise<void> {
    for (const [segment, { file }] of this.#written) if (!isReferred(file)) this.#written.delete(segment)
    for (const file of this.#files) {
      if (isReferred(file)) continue
      await this.#fileSystem.delete(`${this.#path}/${file}`)
      this.#files.delete(file)
    }
  }

  /** Writes the segments that are not on the disk yet. @returns what the checkpoint file holds of the ledger. */
  async write({ unfinished, finished, segments = [] }: SegmentedLedger): Promise<StoredLedger> {
    if (segments.length === 0) return { unfinished, finished }
    const files: SegmentFile[] = []
    for (const { segment, remembered } of segments) {
      files.push({ ...(this.#written.get(segment) ?? (await this.#writeSegment(segment))), ...remembered })
    }
    return { unfinished, finished, segments: files }
  }

  /**
   * All that a checkpoint keeps of the ledger, with the batches in segments.
   * @throws CorruptCheckpointError for a segment that is not as it was written. @throws FileNotFoundException
   */
  async read({ unfinished, finished, segments = [] }: StoredLedger): Promise<KeptLedger> {
    const all: Record<string, KeptInputs> = {}
    for (const { from, except = [], ...file } of segments) {
      const forgotten = new Set(except)
      for (const [time, inputs] of Object.entries(await this.#readSegment(file))) {
        if (Number(time) >= from && !forgotten.has(Number(time))) all[time] = inputs
      }
    }
    return { unfinished, finished: Object.assign(all, finished) }
  }

  async #writeSegment(segment: LedgerSegment): Promise<WrittenSegment> {
    const content = Buffer.from(JSON.stringify(segment.batches()))
    const checksum = crc32(content)
    const file = `${SEGMENT_DIRECTORY}/${segment.first}-${segment.last}-${checksum.toString(16).padStart(8, '0')}`
    await using output = await this.#fileSystem.create(`${this.#path}/${file}`)
    await output.write(content)
    await output.commit()
    const written: WrittenSegment = { file, bytes: content.length, crc32: checksum }
    this.#written.set(segment, written)
    this.#files.add(file)
    return written
  }

  async #readSegment({ file, bytes, crc32: checksum }: WrittenSegment): Promise<Readonly<Record<string, KeptInputs>>> {
    const path = `${this.#path}/${file}`
    const content = await readWhole(this.#fileSystem, path)
    if (content.length !== bytes) {
      throw new CorruptCheckpointError(`${path} has ${content.length} bytes, and ${bytes} were written`)
    }
    if (crc32(content) !== checksum) throw new CorruptCheckpointError(`${path} does not match its checksum`)
    return JSON.parse(Buffer.from(content).toString()) as Record<string, KeptInputs>
  }
}
