import { randomUUID } from 'node:crypto'
import type { FileSystem } from '../../files/file-system.ts'
import { loadFileSystem } from '../../files/file-systems.ts'
import { pathName } from '../../files/path.ts'
import { isOfSave } from './part-file.ts'

/** There once a directory is whole. */
export const SUCCESS_FILE = '_SUCCESS'
/** There while a directory is being written: what tasks have written so far, or a mark alone. */
export const TEMPORARY = '_temporary'

/**
 * Has `write` write the files of a directory, which then holds those and nothing else, and at last `_SUCCESS`. Whatever a crash interrupts, the
 * directory is the whole new one, or has no `_SUCCESS`. The files of an earlier save go; what others have put there stays.
 *
 * Where a rename is one step, tasks write below `_temporary`, and what was there before stays until all of them have. Where it is not, as in
 * object stores, the directory is emptied first and tasks write their files where they stay; each shows only when it is whole.
 *
 * @param write writes files into the directory that it is given. @returns their names.
 */
export async function commitDirectory(
  directory: string,
  write: (target: string) => Promise<readonly string[]>,
): Promise<void> {
  const fileSystem = await loadFileSystem(directory)
  // From here on the directory must not look complete.
  await fileSystem.delete(`${directory}/${SUCCESS_FILE}`)
  await (fileSystem.atomicRename ? writeAside : writeInPlace)(fileSystem, directory, write)
  await touch(fileSystem, `${directory}/${SUCCESS_FILE}`)
}

async function writeAside(
  fileSystem: FileSystem,
  directory: string,
  write: (target: string) => Promise<readonly string[]>,
): Promise<void> {
  const temporary = `${directory}/${TEMPORARY}`
  const attempt = `${temporary}/${randomUUID()}`
  await fileSystem.mkdirs(attempt)
  try {
    const names = await write(attempt)
    await empty(fileSystem, directory)
    for (const name of names) await fileSystem.rename(`${attempt}/${name}`, `${directory}/${name}`)
  } finally {
    await fileSystem.delete(temporary, { recursive: true })
  }
}

async function writeInPlace(
  fileSystem: FileSystem,
  directory: string,
  write: (target: string) => Promise<readonly string[]>,
): Promise<void> {
  await fileSystem.mkdirs(directory)
  // Left by a run that was killed, it is a directory on a file system whose renames were one step then.
  await fileSystem.delete(`${directory}/${TEMPORARY}`, { recursive: true })
  await touch(fileSystem, `${directory}/${TEMPORARY}`)
  await empty(fileSystem, directory)
  try {
    await write(directory)
  } catch (error) {
    await empty(fileSystem, directory)
    throw error
  } finally {
    await fileSystem.delete(`${directory}/${TEMPORARY}`)
  }
}

/** Deletes what earlier saves have written to a directory, Spark's checksum files with them. */
async function empty(fileSystem: FileSystem, directory: string): Promise<void> {
  for (const { path } of await fileSystem.listStatus(directory)) {
    if (isOfSave(pathName(path))) await fileSystem.delete(path, { recursive: true })
  }
}

async function touch(fileSystem: FileSystem, path: string): Promise<void> {
  await using file = await fileSystem.create(path)
  await file.commit()
}
