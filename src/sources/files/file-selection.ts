import type { PlainData } from '../../batches/checkpoint/checkpoint.ts'

/** A file as selection sees it. */
export interface WatchedFile {
  /** Qualified. */
  readonly path: string
  /** Milliseconds since the epoch. */
  readonly modificationTime: number
  /** In bytes. */
  readonly length: number
}

/** How a {@link FileSelection} decides. Durations and times are milliseconds. */
export interface FileSelectionOptions {
  /** Asked with the qualified path. */
  readonly filter: (path: string) => boolean
  /** Files that were modified at this time or earlier are never new. */
  readonly initialThreshold: number
  /** Files that were modified longer ago than this are not new any more. */
  readonly rememberMs: number
}

/** What a checkpoint keeps: the threshold, and the files of each batch that is remembered. */
interface KeptSelection {
  readonly initialThreshold: number
  readonly filesByBatch: Readonly<
    Record<string, readonly (readonly [path: string, length: number, modified: number])[]>
  >
}

/**
 * Decides which files of a watched directory belong to a batch, by the rules of Spark's `FileInputDStream`: those that the filter lets
 * pass, that were modified after the threshold and not after the batch's time, and that no recent batch has taken.
 */
export class FileSelection {
  readonly #options: FileSelectionOptions
  #initialThreshold: number
  readonly #filesByBatch = new Map<number, readonly WatchedFile[]>()
  readonly #recent = new Set<string>()

  constructor(options: FileSelectionOptions) {
    this.#options = options
    this.#initialThreshold = options.initialThreshold
  }

  /** Files that were modified at this time or earlier are not new to the batch at `batchTime`. */
  thresholdOf(batchTime: number): number {
    return Math.max(this.#initialThreshold, batchTime - this.#options.rememberMs)
  }

  /** Takes the new files of the batch at `batchTime` out of those that are there. */
  select(batchTime: number, files: readonly WatchedFile[]): readonly WatchedFile[] {
    const { filter } = this.#options
    const threshold = this.thresholdOf(batchTime)
    const selected: WatchedFile[] = []
    for (const file of files) {
      if (!filter(file.path)) continue
      if (file.modificationTime <= threshold || file.modificationTime > batchTime) continue
      if (this.#recent.has(file.path)) continue
      this.#recent.add(file.path)
      selected.push(file)
    }
    this.#filesByBatch.set(batchTime, selected)
    return selected
  }

  /** The files that the batch at `batchTime` has taken; undefined for one that has not been asked for, or is forgotten. */
  filesOf(batchTime: number): readonly WatchedFile[] | undefined {
    return this.#filesByBatch.get(batchTime)
  }

  /** The times of the batches that are remembered. */
  get batchTimes(): readonly number[] {
    return [...this.#filesByBatch.keys()]
  }

  /** Forgets the batches before `threshold` but those that may run again: their files may be taken again when they are modified. */
  forgetBefore(threshold: number, mayRunAgain: (batchTime: number) => boolean = () => false): void {
    for (const [batchTime, files] of this.#filesByBatch) {
      if (batchTime >= threshold || mayRunAgain(batchTime)) continue
      this.#filesByBatch.delete(batchTime)
      for (const { path } of files) this.#recent.delete(path)
    }
  }

  toPlainData(): PlainData {
    const filesByBatch = Object.fromEntries(
      [...this.#filesByBatch].map(([batchTime, files]) => [
        batchTime,
        files.map(({ path, length, modificationTime }) => [path, length, modificationTime]),
      ]),
    )
    return { initialThreshold: this.#initialThreshold, filesByBatch }
  }

  /** Takes up where the selection stood that gave `data`. */
  restore(data: PlainData): void {
    const { initialThreshold, filesByBatch } = data as unknown as KeptSelection
    this.#initialThreshold = initialThreshold
    for (const [batchTime, files] of Object.entries(filesByBatch)) {
      this.#filesByBatch.set(
        Number(batchTime),
        files.map(([path, length, modificationTime]) => ({ path, length, modificationTime })),
      )
      for (const [path] of files) this.#recent.add(path)
    }
  }
}
