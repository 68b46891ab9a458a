/** A file as selection sees it. */
export interface WatchedFile {
  /** Qualified. */
  readonly path: string
  /** Milliseconds since the epoch. */
  readonly modificationTime: number
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

/**
 * Decides which files of a watched directory belong to a batch, by the rules of Spark's `FileInputDStream`: those that the filter lets
 * pass, that were modified after the threshold and not after the batch's time, and that no recent batch has taken.
 */
export class FileSelection {
  readonly #options: FileSelectionOptions
  readonly #filesByBatch = new Map<number, readonly string[]>()
  readonly #recent = new Set<string>()

  constructor(options: FileSelectionOptions) {
    this.#options = options
  }

  /** Takes the new files of the batch at `batchTime` out of those that are there. */
  select<F extends WatchedFile>(batchTime: number, files: readonly F[]): F[] {
    const { filter, initialThreshold, rememberMs } = this.#options
    const threshold = Math.max(initialThreshold, batchTime - rememberMs)
    const selected: F[] = []
    for (const file of files) {
      if (!filter(file.path)) continue
      if (file.modificationTime <= threshold || file.modificationTime > batchTime) continue
      if (this.#recent.has(file.path)) continue
      this.#recent.add(file.path)
      selected.push(file)
    }
    this.#filesByBatch.set(
      batchTime,
      selected.map(({ path }) => path),
    )
    return selected
  }

  /** The files of the batches that are remembered, by batch time: what a checkpoint keeps. */
  get filesByBatch(): ReadonlyMap<number, readonly string[]> {
    return this.#filesByBatch
  }

  /** Forgets the batches before `threshold`: their files may be taken again when they are modified. */
  forgetBefore(threshold: number): void {
    for (const [batchTime, paths] of this.#filesByBatch) {
      if (batchTime >= threshold) continue
      this.#filesByBatch.delete(batchTime)
      for (const path of paths) this.#recent.delete(path)
    }
  }
}
