import { readFileSync } from 'node:fs'
import { projectFiles } from '../architecture/project-files.ts'

/** One `@example` of a doc comment in src/. */
export interface DocExample {
  /** File and line, for instance `rdd/rdd.ts:120`. */
  readonly place: string
  readonly lines: readonly string[]
  /** Whether the comment belongs to a member of a class. Such an example uses the SparkContext `sc` and may run with others. */
  readonly isOfMember: boolean
}

const COMMENT = /^( *)\/\*\*\n(?:\1 \*.*\n)+?\1 \*\/$/gm
const RESULT = /^(.*\S) {1,2}\/\/ (.+)$/

/** Every example of the doc comments below src/, those of tests left out. */
export function docExamples(): DocExample[] {
  const sources = [...projectFiles('src')].filter(([file]) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  return sources.flatMap(([file, text]) => examplesOf(file, text))
}

function examplesOf(file: string, text: string): DocExample[] {
  return [...text.matchAll(COMMENT)].flatMap((match) => {
    const lines = match[0].split('\n').map((line) => line.replace(/^ *\* ?/, ''))
    const start = lines.indexOf('@example')
    if (start < 0) return []
    const end = lines.findIndex((line, at) => at > start && (line.startsWith('@') || line === '/'))
    const line = text.slice(0, match.index).split('\n').length + start
    return [{ place: `${file}:${line}`, lines: lines.slice(start + 1, end), isOfMember: match[1] !== '' }]
  })
}

/** The example as statements: a line `value // 5` asserts that the value is 5. */
export function checkedCode({ lines }: DocExample): string {
  return lines
    .map((line) => {
      const [, expression, expected] = RESULT.exec(line) ?? []
      return expression === undefined ? line : `;assert.deepEqual(${expression}, ${expected})`
    })
    .join('\n')
}

/** Names that a package's module exports, from its source. */
export function exportedNames(module: string): string[] {
  const text = readFileSync(new URL(`../../src/${module}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, type, names]) =>
    names!
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => (type === undefined || name.startsWith('type ') ? name : `type ${name}`)),
  )
}
