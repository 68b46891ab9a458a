/** A file or directory as a file system lists it (Hadoop's `FileStatus`). */
export interface FileStatus {
  /** The qualified path: scheme and absolute path, never percent-encoded, for instance `file:/data/a b.txt`. */
  readonly path: string
  /** Size in bytes; 0 for a directory. */
  readonly length: number
  /** Whether the path is a directory rather than a file. */
  readonly isDirectory: boolean
  /** Milliseconds since the epoch, whole. */
  readonly modificationTime: number
}

/** An open file, read by position; closes with `close` or `await using`. */
export interface InputFile extends AsyncDisposable {
  /** Size in bytes when it was opened. */
  readonly length: number
  /** Reads up to `length` bytes from `position`; shorter only where the file ends, empty beyond its end. */
  read(position: number, length: number): Promise<Uint8Array>
  /** Ends reading. */
  close(): Promise<void>
}

/**
 * A file being written, in order. Nothing shows under its path until `commit`, which makes the whole content durable and visible at once;
 * `abort`, or leaving an `await using` block uncommitted, leaves no trace.
 */
export interface OutputFile extends AsyncDisposable {
  /** Adds to the end; a string as UTF-8. */
  write(bytes: Uint8Array | string): Promise<void>
  /** @throws FileAlreadyExistsException when the file was not to replace another and one is there by now. */
  commit(): Promise<void>
  /** Gives up the file; after `commit` nothing happens. */
  abort(): Promise<void>
}

/** A file that grows, and shows under its path from the beginning. */
export interface LogFile extends AsyncDisposable {
  /** Appends the parts one behind the other; they are durable once this resolves. After a failure, some of it may be there. */
  append(parts: readonly Uint8Array[]): Promise<void>
  /** Takes away what stands behind the first `length` bytes. */
  truncate(length: number): Promise<void>
  /** Closes the file. Bytes that were appended and synced stay. */
  close(): Promise<void>
}

/** How a file is created. */
export interface CreateOptions {
  /** Whether it may replace a file of that name; true by default. */
  readonly overwrite?: boolean
}

/** How a path is deleted. */
export interface DeleteOptions {
  /** Whether a directory goes with all that it holds; false by default, and a directory that is not empty is then refused. */
  readonly recursive?: boolean
}

/**
 * Where files live: the one interface behind input paths, saved output, watched directories and checkpoints; follows Hadoop's `FileSystem`.
 * Paths come qualified or not, with this file system's scheme or with none; those in answers are always qualified.
 */
export interface FileSystem {
  /** Without the colon, for instance `file`. */
  readonly scheme: string

  /**
   * Whether `rename` is one step, of which others see nothing or all and a crash leaves nothing or all. Where it is not, as in object stores,
   * saved files are written where they stay.
   */
  readonly atomicRename: boolean

  /**
   * The path as scheme and absolute path, doubled slashes and dot segments removed.
   * @throws IllegalArgumentException for an empty path or one of another file system.
   */
  qualify(path: string): string

  /** @throws FileNotFoundException */
  getFileStatus(path: string): Promise<FileStatus>

  /**
   * The children of a directory in the order of their names, hidden ones included; a file gives its own status alone.
   * @throws FileNotFoundException
   */
  listStatus(path: string): Promise<FileStatus[]>

  /** Whether the path names a file or directory. */
  exists(path: string): Promise<boolean>

  /** @throws FileNotFoundException */
  open(path: string): Promise<InputFile>

  /**
   * Starts a file; missing parent directories are made.
   * @throws FileAlreadyExistsException when `overwrite` is false and the path is there.
   */
  create(path: string, options?: CreateOptions): Promise<OutputFile>

  /**
   * Starts a file that grows; missing parent directories are made.
   * @throws FileAlreadyExistsException when the path is there.
   */
  createLog(path: string): Promise<LogFile>

  /** Makes a directory and its missing parents. Does nothing when the directory exists. */
  mkdirs(path: string): Promise<void>

  /**
   * Moves a file or directory, in one step where `atomicRename` says so; a file at the target is replaced.
   * @throws FileNotFoundException
   */
  rename(from: string, to: string): Promise<void>

  /** Deletes a file or directory and says whether there was one. */
  delete(path: string, options?: DeleteOptions): Promise<boolean>
}
