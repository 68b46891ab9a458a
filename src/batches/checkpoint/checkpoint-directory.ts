import { crc32 } from 'node:zlib'
import { SparkException } from '../../errors.ts'
import type { FileStatus, FileSystem } from '../../files/file-system.ts'
import { fileSystemOf } from '../../files/file-systems.ts'
import { pathName } from '../../files/path.ts'
import { log } from '../../log.ts'
import {
  type Checkpoint,
  type CheckpointToWrite,
  decodeCheckpoint,
  encodeCheckpoint,
  type PartDirectory,
  referencesOf,
  type StoredCheckpoint,
} from './checkpoint.ts'
import { CheckpointWriteError, CorruptCheckpointError } from './errors.ts'
import { partPath } from './part-path.ts'
import { readWhole } from './read-whole.ts'
import { SegmentFiles } from './segment-files.ts'

/** Checkpoint files that are kept. */
const KEPT_FILES = 10
const WRITE_ATTEMPTS = 3
const READ_BYTES = 1024 * 1024
/** Where data of checkpointed RDDs stands below the checkpoint directory: a directory for each operator. */
export const DATA_DIRECTORY = 'operators'

const FILE_NAME = /^checkpoint-(\d+)(\.bk)?$/
const UNFINISHED_NAME = /^\.checkpoint-.*\.tmp$/

interface CheckpointFile {
  readonly name: string
  readonly time: number
  readonly isBackup: boolean
}

/** The newest checkpoint that could be read, and what stood in the way of newer ones. */
export interface ReadCheckpoint {
  readonly checkpoint: Checkpoint
  readonly name: string
}

/**
 * The files of a checkpoint directory: `checkpoint-<ms>`, and `checkpoint-<ms>.bk` for one that a later checkpoint of the same time replaced.
 * A file stands under its name only when it is whole and on the disk. The newest ten are kept, with the data that they refer to.
 */
export class CheckpointDirectory {
  /** Qualified, without a slash at its end. */
  readonly path: string
  readonly #fileSystem: FileSystem
  /** The files and directories that each kept checkpoint refers to, by its name. */
  readonly #references = new Map<string, ReadonlySet<string>>()
  readonly #segments: SegmentFiles

  constructor(path: string) {
    this.#fileSystem = fileSystemOf(path)
    this.path = this.#fileSystem.qualify(path).replace(/\/$/, '')
    this.#segments = new SegmentFiles(this.#fileSystem, this.path)
  }

  /**
   * The newest checkpoint whose file and data are whole; null when there is no checkpoint file.
   * @throws SparkException in Spark's words when there are files and none can be used.
   */
  async readNewest(): Promise<ReadCheckpoint | null> {
    const files = await this.#list()
    const failures: string[] = []
    for (const { name } of files) {
      try {
        const stored = decodeCheckpoint(await readWhole(this.#fileSystem, `${this.path}/${name}`))
        await this.#verifyData(stored)
        const checkpoint: Checkpoint = { ...stored, ledger: await this.#segments.read(stored.ledger) }
        if (failures.length > 0) {
          log('WARN', 'CheckpointReader', `Falling back to ${this.path}/${name}, as ${failures.join('; ')}`)
        }
        return { checkpoint, name }
      } catch (error) {
        failures.push(`${this.path}/${name} cannot be used: ${error instanceof Error ? error.message : String(error)}`)
        log('WARN', 'CheckpointReader', `Error reading checkpoint: ${failures.at(-1)}`)
      }
    }
    if (files.length === 0) return null
    throw new SparkException(
      'CHECKPOINT_UNREADABLE',
      `Failed to read checkpoint from directory ${this.path}: ${failures.join('; ')}`,
    )
  }

  /** Makes the directory, removes files that a killed run left incomplete, and reads which files the checkpoints refer to. */
  async open(): Promise<void> {
    await this.#fileSystem.mkdirs(this.path)
    for (const { path } of await this.#fileSystem.listStatus(this.path)) {
      if (UNFINISHED_NAME.test(pathName(path))) await this.#fileSystem.delete(path)
    }
    for (const { name } of await this.#list()) this.#references.set(name, await this.#referencesOf(name))
    await this.#deleteStrayData()
    await this.#segments.open((file) => this.#isReferred(file))
  }

  /**
   * Writes a checkpoint, durable once this resolves, and removes the oldest beyond the ten that are kept.
   * @throws CheckpointWriteError when it could not be written; what was there before is still there.
   */
  async write(checkpoint: CheckpointToWrite): Promise<void> {
    const name = `checkpoint-${checkpoint.checkpointTime}`
    for (let attempt = 1; ; attempt++) {
      try {
        const stored: StoredCheckpoint = { ...checkpoint, ledger: await this.#segments.write(checkpoint.ledger) }
        await this.#replace(name, encodeCheckpoint(stored))
        this.#references.set(name, referencesOf(stored))
        break
      } catch (cause) {
        if (attempt < WRITE_ATTEMPTS) continue
        throw new CheckpointWriteError(
          `Could not write checkpoint for time ${checkpoint.checkpointTime} ms to ${this.path}/${name} in ${attempt} attempts: ` +
            `${cause instanceof Error ? cause.message : String(cause)}. Checkpoints written before it are untouched; a run ` +
            'that starts from the last of them computes again what came after it. Free space, or make the directory writable.',
          { cause },
        )
      }
    }
    await this.#prune().catch((error) => {
      log('WARN', 'CheckpointWriter', `Old checkpoints in ${this.path} could not be removed: ${String(error)}`)
    })
  }

  /** The path of a data directory that a checkpoint names. */
  resolve(directory: string): string {
    return `${this.path}/${directory}`
  }

  /** Removes a file or directory that no checkpoint refers to. */
  async deleteData(reference: string): Promise<void> {
    await this.#fileSystem.delete(this.resolve(reference), { recursive: true })
  }

  async #replace(name: string, bytes: Uint8Array): Promise<void> {
    const path = `${this.path}/${name}`
    await using file = await this.#fileSystem.create(path)
    await file.write(bytes)
    if (await this.#fileSystem.exists(path)) {
      await this.#fileSystem.rename(path, `${path}.bk`)
      this.#references.set(`${name}.bk`, this.#references.get(name) ?? new Set())
    }
    await file.commit()
  }

  async #prune(): Promise<void> {
    const files = sortNewestFirst([...this.#references.keys()])
    const released = new Set<string>()
    for (const { name } of files.slice(KEPT_FILES)) {
      await this.#fileSystem.delete(`${this.path}/${name}`)
      for (const reference of this.#references.get(name)!) released.add(reference)
      this.#references.delete(name)
    }
    for (const reference of released) {
      if (!this.#isReferred(reference)) await this.deleteData(reference)
    }
    await this.#segments.prune((file) => this.#isReferred(file))
  }

  #isReferred(reference: string): boolean {
    for (const references of this.#references.values()) if (references.has(reference)) return true
    return false
  }

  /** Files that a killed run wrote for a checkpoint that it did not finish. */
  async #deleteStrayData(): Promise<void> {
    for (const operator of await this.#listIfThere(DATA_DIRECTORY)) {
      const relative = `${DATA_DIRECTORY}/${pathName(operator.path)}`
      for (const { path } of await this.#listIfThere(relative)) {
        const directory = `${relative}/${pathName(path)}`
        if (!this.#isReferred(directory)) await this.deleteData(directory)
      }
    }
  }

  async #listIfThere(relative: string): Promise<FileStatus[]> {
    const path = this.resolve(relative)
    return (await this.#fileSystem.exists(path)) ? this.#fileSystem.listStatus(path) : []
  }

  async #list(): Promise<CheckpointFile[]> {
    if (!(await this.#fileSystem.exists(this.path))) return []
    const statuses = await this.#fileSystem.listStatus(this.path)
    return sortNewestFirst(statuses.filter(({ isDirectory }) => !isDirectory).map(({ path }) => pathName(path)))
  }

  /** A checkpoint file that cannot be read refers to unknown data, so the data that only this file referred to may be removed. */
  async #referencesOf(name: string): Promise<ReadonlySet<string>> {
    try {
      return referencesOf(decodeCheckpoint(await readWhole(this.#fileSystem, `${this.path}/${name}`)))
    } catch {
      return new Set()
    }
  }

  async #verifyData({ operators }: StoredCheckpoint): Promise<void> {
    for (const { rdds, files } of Object.values(operators)) {
      for (const file of files ?? []) await this.#fileSystem.getFileStatus(this.resolve(file))
      for (const { snapshot, changes } of Object.values(rdds ?? {})) {
        for (const directory of [snapshot, ...changes]) await this.#verifyParts(directory)
      }
    }
  }

  async #verifyParts({ directory, parts }: PartDirectory): Promise<void> {
    for (const [partition, part] of parts.entries()) {
      const path = partPath(this.resolve(directory), partition)
      await using file = await this.#fileSystem.open(path)
      if (file.length !== part.bytes) {
        throw new CorruptCheckpointError(`${path} has ${file.length} bytes, and ${part.bytes} were written`)
      }
      let checksum = 0
      for (let position = 0; position < file.length; position += READ_BYTES) {
        checksum = crc32(await file.read(position, READ_BYTES), checksum)
      }
      if (checksum !== part.crc32) throw new CorruptCheckpointError(`${path} does not match its checksum`)
    }
  }
}

/** When two checkpoint files have the same time, the backup is the older one. */
function sortNewestFirst(names: readonly string[]): CheckpointFile[] {
  const files = names.flatMap((name): CheckpointFile[] => {
    const match = FILE_NAME.exec(name)
    return match === null ? [] : [{ name, time: Number(match[1]), isBackup: match[2] !== undefined }]
  })
  return files.sort((a, b) => b.time - a.time || Number(a.isBackup) - Number(b.isBackup))
}
