import type { FileSystem } from '../../files/file-system.ts'

/** The content of a file. @throws FileNotFoundException */
export async function readWhole(fileSystem: FileSystem, path: string): Promise<Uint8Array> {
  await using file = await fileSystem.open(path)
  return file.read(0, file.length)
}
