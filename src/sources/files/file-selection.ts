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
  /** Told of a file that was longer, in bytes, when a later batch listed it than when its batch took it: what was added since is not read. */
  readonly onGrown?: (file: WatchedFile, takenLength: number) => void
  /** Whether nothing needs the batch at a time any more, so that its files are new again once they are modified. */
  readonly mayForget: (batchTime: number) => boolean
}

/** A file that a batch took. */
interface TakenFile {
  /** The batch's time. */
  readonly batch: number
  /** How long before its time the batch was made, in whole batches: so much longer the file may be listed again. */
  readonly earlyMs: number
  /** How long the file was then, in bytes. */
  readonly length: number
}

/** The data from which a later run continues the selection of files. */
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
  readonly #taken = new Map<string, TakenFile>()

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

  /**
   * Takes the new files of the batch at `batchTime` out of those that are there.
   * @param now when they were listed: before the batch's time where a graceful stop under a manual clock made the batch early. Files that come until the batch's
   * time are then new to the next batch.
   */
  select(batchTime: number, files: readonly WatchedFile[], now = batchTime): readonly WatchedFile[] {
    this.#forget(batchTime)
    const { filter, batchIntervalMs } = this.#options
    const threshold = this.thresholdOf(batchTime)
    const selected: WatchedFile[] = []
    for (const file of files) {
      if (!filter(file.path)) continue
      const taken = this.#taken.get(file.path)
      if (taken !== undefined && file.length > taken.length) this.#options.onGrown?.(file, taken.length)
      if (file.modificationTime <= threshold || file.modificationTime > batchTime) continue
      if (taken !== undefined) continue
      selected.push(file)
    }
    // Only now: after a filter that threw, the batch is asked for again, and no file was taken.
    const earlyMs = Math.max(0, Math.ceil((batchTime - now) / batchIntervalMs)) * batchIntervalMs
    this.#listedAt = batchTime - earlyMs
    for (const { path, length } of selected) this.#taken.set(path, { batch: batchTime, earlyMs, length })
    return selected
  }

  /** The files among `files` that no batch takes, as they were there before the first one at `batchTime`. The program's filter is not asked. */
  leftOut(batchTime: number, files: readonly WatchedFile[]): readonly WatchedFile[] {
    const threshold = this.thresholdOf(batchTime)
    return files.filter(({ modificationTime }) => modificationTime <= threshold)
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
    for (const [batch, files] of filesOfBatches) {
      const earlyMs = Math.max(0, batch - (listedAt ?? batch))
      for (const { path, length } of files) this.#taken.set(path, { batch, earlyMs, length })
    }
  }

  #forget(batchTime: number): void {
    const { rememberMs, mayForget } = this.#options
    const kept = new Map<number, boolean>()
    for (const [path, { batch, earlyMs }] of this.#taken) {
      if (batch + earlyMs > batchTime - rememberMs) continue
      let isKept = kept.get(batch)
      if (isKept === undefined) {
        isKept = !mayForget(batch)
        kept.set(batch, isKept)
      }
      if (!isKept) this.#taken.delete(path)
    }
  }
}
