import { UnsupportedFileSystemException } from '../../files/errors.ts'
import type { RDDContext } from '../rdd-context.ts'

/** The plain path of a directory that workers write to themselves. @throws UnsupportedFileSystemException when it is not a local one. */
export function localDirectory(context: RDDContext, path: string, operation: string): string {
  const fileSystem = context.fileSystem(path)
  if (fileSystem.scheme === 'file') return fileSystem.qualify(path).slice('file:'.length)
  throw new UnsupportedFileSystemException(
    'UNSUPPORTED_FILE_SYSTEM',
    `${operation} cannot write to '${path}': workers write local files only. Give a path without a scheme, or one with file:`,
  )
}
