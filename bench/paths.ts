import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryDir = fileURLToPath(new URL('..', import.meta.url))
export const benchDir = fileURLToPath(new URL('.', import.meta.url))

/** Input files and compiled programs, made on demand. */
export const dataDir = madeFolder('data')
/** The figures of each run. */
export const resultsDir = madeFolder('results')

/** @returns the path of a compiled Millstream program. */
export function programFile(name: string): string {
  return join(dataDir, 'programs', `${name}.js`)
}

function madeFolder(name: string): string {
  const folder = join(benchDir, name)
  mkdirSync(folder, { recursive: true })
  return folder
}
