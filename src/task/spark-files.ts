import path from 'node:path'
import { aText } from '../arguments/argument.ts'
import { checkArguments } from '../arguments/check-arguments.ts'
import { SparkException } from '../errors.ts'

const FILENAME = [aText('filename')]

let root: string | null = null

/** Sets where the files are that `sc.addFile` brought to this worker or driver; null for nowhere. */
export function setSparkFilesRoot(directory: string | null): void {
  root = directory
}

/**
 * The files that `sc.addFile` brought to every worker (Spark's `SparkFiles`), for functions that run there and for the driver.
 *
 * @example
 * await sc.addFile('stop-words.txt')
 * const paths = sc.parallelize(['stop-words.txt']).map((name) => SparkFiles.get(name))
 */
// biome-ignore lint/complexity/noStaticOnlyClass: it is a class in Spark, and travels to workers as one
export class SparkFiles {
  /** The path of a file that was added. @param filename its name without directories. */
  static get(filename: string): string {
    checkArguments('SparkFiles.get', FILENAME, [filename])
    return path.join(SparkFiles.getRootDirectory(), filename)
  }

  /** The directory that holds all files that were added. @throws SparkException where none was. */
  static getRootDirectory(): string {
    if (root !== null) return root
    throw new SparkException('NO_SPARK_FILES', 'No file was added to this application: await sc.addFile(path) first.')
  }
}
