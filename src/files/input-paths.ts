import { InvalidInputException, IOException } from './errors.ts'
import type { FileStatus } from './file-system.ts'
import { fileSystemOf, qualifyPath } from './file-systems.ts'
import { globStatus } from './glob-status.ts'
import { isHidden, parsePath, splitPathList } from './path.ts'

/** How input paths are read. */
export interface InputPathOptions {
  /**
   * The meaning of a directory inside an input directory: `reject` is an error, as `textFile` has it; `skip` leaves it out, as
   * `wholeTextFiles` and `binaryFiles` have it.
   */
  readonly subdirectories?: 'reject' | 'skip'
}

/**
 * The files that an input path list names, by the rules of Hadoop's `FileInputFormat`: paths separated by commas, patterns, directories
 * with one level of files, names that start with `_` or `.` left out. The order is that of the list; a pattern's matches and a
 * directory's files are in the order of their names. A file named twice is read twice.
 *
 * @throws InvalidInputException when any of the paths names nothing; all of them are in the message.
 * @throws IOException for a directory inside an input directory, unless it is to be skipped.
 */
export async function expandInputPaths(
  pathList: string,
  { subdirectories = 'reject' }: InputPathOptions = {},
): Promise<FileStatus[]> {
  const files: FileStatus[] = []
  const problems: string[] = []
  for (const path of splitPathList(pathList)) {
    const matches = await globStatus(path, (match) => !isHidden(match))
    if (matches === undefined) problems.push(`Input path does not exist: ${qualifyPath(path)}`)
    else if (matches.length === 0) problems.push(`Input Pattern ${qualifyPath(path)} matches 0 files`)
    for (const match of matches ?? []) {
      if (!match.isDirectory) files.push(match)
      else for (const file of await filesOf(match)) files.push(file)
    }
  }
  if (problems.length > 0) throw new InvalidInputException('INVALID_INPUT', problems.join('\n'))
  if (subdirectories === 'skip') return files.filter((file) => !file.isDirectory)
  const directory = files.find((file) => file.isDirectory)
  if (directory !== undefined) throw directoryInInput(parsePath(directory.path).path)
  return files
}

/** The error of a directory inside an input directory. */
export function directoryInInput(path: string): IOException {
  return new IOException(
    'INPUT_IS_A_DIRECTORY',
    `Path: ${path} is a directory, which is not supported by the record reader when ` +
      '`mapreduce.input.fileinputformat.input.dir.recursive` is false. Name it with a pattern of its own to read its files.',
  )
}

async function filesOf(directory: FileStatus): Promise<FileStatus[]> {
  const children = await fileSystemOf(directory.path).listStatus(directory.path)
  return children.filter((child) => !isHidden(child.path))
}
