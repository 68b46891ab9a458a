import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { dataDir } from './paths.ts'

/** An input file, and what is known of its content without the library under test. */
export interface DataFile<F> {
  readonly path: string
  readonly facts: F
}

const WRITE_CHARACTERS = 1 << 20

/**
 * Makes an input file unless it is there, with its facts in a file beside it.
 * @param name the file's name; it says all that the content depends on.
 * @param write hands each line to `line`, without the line end, and returns the facts.
 */
export function dataFile<F>(name: string, write: (line: (text: string) => void) => F): DataFile<F> {
  const path = join(dataDir, name)
  const factsPath = `${path}.facts.json`
  if (!existsSync(factsPath)) {
    const unfinished = `${path}.${process.pid}`
    const file = openSync(unfinished, 'w')
    let text = ''
    const facts = write((line) => {
      text += `${line}\n`
      if (text.length < WRITE_CHARACTERS) return
      writeSync(file, text)
      text = ''
    })
    writeSync(file, text)
    closeSync(file)
    renameSync(unfinished, path)
    writeFileSync(factsPath, JSON.stringify(facts))
  }
  return { path, facts: JSON.parse(readFileSync(factsPath, 'utf8')) as F }
}
