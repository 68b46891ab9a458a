import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

const RANDOM_BYTES = 16

/** A name for a folder of this process, which nobody can guess and take beforehand: `millstream-<process>-<random digits>`. */
export function privateDirectoryName(): string {
  return `millstream-${process.pid}-${randomBytes(RANDOM_BYTES).toString('hex')}`
}

/**
 * Makes a folder of {@link privateDirectoryName} that only its owner can list, read and write; folders above it are made as usual. Several
 * threads may ask for the same one.
 */
export function makePrivateDirectory(directory: string): void {
  fs.mkdirSync(path.dirname(directory), { recursive: true })
  try {
    fs.mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
