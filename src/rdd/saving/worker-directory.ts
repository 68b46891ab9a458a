import { UnsupportedFileSystemException } from '../../files/errors.ts'
import type { RDDContext } from '../rdd-context.ts'

/** A directory that workers write to by themselves, qualified. @throws UnsupportedFileSystemException where they cannot. */
export async function workerDirectory(context: RDDContext, path: string, use: string): Promise<string> {
  const place = await context.files.place(path, use)
  if (place.by === 'workers') return place.path
  throw new UnsupportedFileSystemException(
    'UNSUPPORTED_FILE_SYSTEM',
    `${use} '${path}': the executors write local files only here. Give a path with file:, of a directory that the driver and the executors share`,
  )
}
