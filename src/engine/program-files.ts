import { FileNotFoundException } from '../files/errors.ts'
import type { FileStatus } from '../files/file-system.ts'
import { assertWorkersLoad, fileSystemOf, qualifyPath } from '../files/file-systems.ts'
import { globStatus } from '../files/glob-status.ts'
import { expandInputPaths, type InputPathOptions } from '../files/input-paths.ts'
import { splitPathList } from '../files/path.ts'
import { log } from '../log.ts'
import type { EngineFiles, FilePlace, InputFiles } from './engine-files.ts'

/** Files of file systems that the program's own process and its workers have: the machine's, and those that `registerFileSystem` made known. */
export class ProgramFiles implements EngineFiles {
  async place(path: string, use: string): Promise<FilePlace> {
    return this.placeNow(path, use)
  }

  placeNow(path: string, use: string): FilePlace {
    assertWorkersLoad(path, use)
    return { path: qualifyPath(path), by: 'workers' }
  }

  async input(pathList: string, use: string, options: InputPathOptions = {}): Promise<InputFiles> {
    for (const path of splitPathList(pathList)) assertWorkersLoad(path, use)
    return { files: await expandInputPaths(pathList, options), by: 'workers' }
  }

  async directoryFiles(pattern: string, use: string): Promise<FileStatus[] | null> {
    assertWorkersLoad(pattern, use)
    const matches = await globStatus(pattern)
    if (matches === undefined) return null
    const directories = matches.filter(({ isDirectory }) => isDirectory)
    const listings = await Promise.all(directories.map(({ path }) => listIfThere(path)))
    return listings.flat().filter(({ isDirectory }) => !isDirectory)
  }

  async list({ path }: FilePlace): Promise<readonly FileStatus[] | null> {
    try {
      return await fileSystemOf(path).listStatus(path)
    } catch (error) {
      if (error instanceof FileNotFoundException) return null
      throw error
    }
  }

  async read({ path }: FilePlace): Promise<Uint8Array | null> {
    const fileSystem = fileSystemOf(path)
    if (!(await fileSystem.exists(path))) return null
    await using file = await fileSystem.open(path)
    return file.read(0, file.length)
  }

  async write({ path }: FilePlace, content: Uint8Array): Promise<void> {
    await using file = await fileSystemOf(path).create(path)
    await file.write(content)
    await file.commit()
  }
}

/** A directory may go between being found and being listed. */
async function listIfThere(directory: string): Promise<FileStatus[]> {
  try {
    return await fileSystemOf(directory).listStatus(directory)
  } catch (error) {
    if (!(error instanceof FileNotFoundException)) throw error
    log('WARN', 'FileInputDStream', `No directory to scan: ${directory} does not exist`)
    return []
  }
}
