import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** One fenced block of a page. The word after the language says what the tests do with it. */
export interface CodeBlock {
  /** Page and line, for instance `docs/rdd.md:12`. */
  readonly place: string
  readonly language: string
  /**
   * `run`: the program is run, and must print what the block after it holds when that one is `text`; the name of a file: the block is an excerpt
   * of it, with a line `// …` where something is left out; empty: the types are checked.
   */
  readonly use: string
  readonly code: string
  /** What a program prints: the block right after this one, when it is `text`. */
  readonly output: string | undefined
}

/** The README and the pages under docs/, from the repository's root; the records of decisions hold no code to check. */
export async function pages(): Promise<string[]> {
  const names = await readdir(new URL('../../docs/', import.meta.url))
  return ['README.md', ...names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
}

/** The fenced blocks of a page in their order. */
export async function codeBlocks(page: string): Promise<CodeBlock[]> {
  const text = await readFile(new URL(page, `file://${ROOT}`), 'utf8')
  const found = [...text.matchAll(/^```(\w*)[ \t]*(.*)\n([\s\S]*?)^```$(\n+```text\n([\s\S]*?)^```$)?/gm)]
  return found.map(({ 1: language = '', 2: use = '', 3: code = '', 5: output, index }) => ({
    place: `${page}:${text.slice(0, index).split('\n').length}`,
    language,
    use,
    code,
    output,
  }))
}

/** All blocks of the documentation that hold a program or part of one. */
export async function programBlocks(): Promise<CodeBlock[]> {
  const blocks = await Promise.all((await pages()).map(codeBlocks))
  return blocks.flat().filter(({ language }) => language === 'ts' || language === 'js')
}
