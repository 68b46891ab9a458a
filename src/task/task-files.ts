/** How the bytes of a saved file are packed. */
export type SaveCodec = 'none' | 'gzip' | 'deflate' | 'bzip2' | 'zstd'

/** A file's bytes from first to last. */
export interface ByteStream {
  /** Puts the next bytes into `to`, waiting for them where it must. @returns how many: one at least, 0 at the end. */
  read(to: Uint8Array): number
  close(): void
}

/** What a worker lends to tasks that read and write files other than plain local ones. */
export interface TaskFiles {
  /** @param unpacks whether the file is unpacked by the codec that its name tells. */
  open(path: string, start: number, unpacks: boolean): ByteStream
  /** Writes a file that stands under its path only when it is whole and durable. */
  write(path: string, content: Iterable<string | Uint8Array>, codec: SaveCodec): Promise<void>
}

let files: TaskFiles | null = null

/** Sets what the tasks of this worker use. */
export function setTaskFiles(taskFiles: TaskFiles): void {
  files = taskFiles
}

export function taskFiles(): TaskFiles {
  if (files === null) throw new Error('this worker has no files')
  return files
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/

/** Whether a task reads a file by itself, from any position of it: one without a scheme, or `file:`. */
export function isLocalFile(path: string): boolean {
  const scheme = SCHEME.exec(path)?.[1]
  return scheme === undefined || scheme.toLowerCase() === 'file'
}
