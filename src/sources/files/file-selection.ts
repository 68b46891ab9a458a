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
  readonly batchIntervalMs: number
  /** Whether nothing needs the batch at a time any more, so that its files are new again once they are modified. */
  readonly mayForget: (batchTime: number) => boolean
}

/** What a later run needs to go on selecting where this one stood. */
export interface SelectionState {
  readonly initialThreshold: number
  /** The newest batch for which the directory could be listed; null before the first. */
  readonly listedAt: number | null
}

/**
 * Decides which files of a watched directory belong to a batch, by the rules of Spark's `FileInputDStream`: those that the filter lets
 * pass, that were modified after the threshold and not after the batch's time, and that no recent batch has taken. While the directory cannot be listed the
 * threshold stays where it is, so that what came meanwhile is found afterwards, however long that took.
 */
export class FileSelection {
  readonly #options: FileSelectionOptions
  #initialThreshold: number
  #listedAt: number | null = null
  /** The batch that took each file. */
  readonly #takenBy = new Map<string, number>()

  constructor(options: FileSelectionOptions) {
    this.#options = options
    this.#initialThreshold = options.initialThreshold
  }

  get state(): SelectionState {
    return { initialThreshold: this.#initialThreshold, listedAt: this.#listedAt }
  }

  /** Files that were modified at this time or earlier are not new to the batch at `batchTime`. */
  thresholdOf(batchTime: number): number {
    const { rememberMs, batchIntervalMs } = this.#options
    const listedNext = this.#listedAt === null ? batchTime : this.#listedAt + batchIntervalMs
    return Math.max(this.#initialThreshold, Math.min(batchTime, listedNext) - rememberMs)
  }

  /** Takes the new files of the batch at `batchTime` out of those that are there. */
  select(batchTime: number, files: readonly WatchedFile[]): readonly WatchedFile[] {
    this.#forget(batchTime)
    const { filter } = this.#options
    const threshold = this.thresholdOf(batchTime)
    const selected: WatchedFile[] = []
    for (const file of files) {
      if (!filter(file.path)) continue
      if (file.modificationTime <= threshold || file.modificationTime > batchTime) continue
      if (this.#takenBy.has(file.path)) continue
      this.#takenBy.set(file.path, batchTime)
      selected.push(file)
    }
    this.#listedAt = batchTime
    return selected
  }

  /** The directory could not be listed for the batch at `batchTime`: files that are new to it are still new when it can be. */
  missed(batchTime: number): void {
    this.#listedAt ??= batchTime - this.#options.batchIntervalMs
  }

  /** Takes up where another selection stood. @param filesOfBatches what it selected, by batch time. */
  recall(
    { initialThreshold, listedAt }: SelectionState,
    filesOfBatches: Iterable<readonly [batchTime: number, files: readonly WatchedFile[]]>,
  ): void {
    this.#initialThreshold = initialThreshold
    this.#listedAt = listedAt
    for (const [batchTime, files] of filesOfBatches) for (const { path } of files) this.#takenBy.set(path, batchTime)
  }

  #forget(batchTime: number): void {
    const { rememberMs, mayForget } = this.#options
    const kept = new Map<number, boolean>()
    for (const [path, takenBy] of this.#takenBy) {
      if (takenBy > batchTime - rememberMs) continue
      let isKept = kept.get(takenBy)
      if (isKept === undefined) {
        isKept = !mayForget(takenBy)
        kept.set(takenBy, isKept)
      }
      if (!isKept) this.#takenBy.delete(path)
    }
  }
}
