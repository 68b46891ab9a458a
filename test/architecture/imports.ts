import { posix } from 'node:path'

/** One file's use of another. */
export interface Import {
  /** The using file, relative to the sources, for instance `rdd/rdd.ts`. */
  readonly from: string
  /** The used file, or for a package its specifier. */
  readonly to: string
  readonly isRelative: boolean
  /** Whether it is there when the program runs and is loaded with the file: not `import type`, `import()` or `new URL`. */
  readonly isStatic: boolean
}

/** Source texts by their paths relative to the sources. */
export type SourceTable = ReadonlyMap<string, string>

const CLAUSE = String.raw`(?:\*(?:\s+as\s+[\w$]+)?|(?:[\w$]+\s*,\s*)?\{[^}]*\}|[\w$]+(?:\s*,\s*\*\s+as\s+[\w$]+)?)`
/** Anchored to the start of a line, so that examples in documentation comments, which start with an asterisk, do not count. */
const DECLARATION = new RegExp(
  String.raw`^[ \t]*(?:import|export)\s+(type\s+)?(?:${CLAUSE}\s*from\s*)?(['"])([^'"\n]+)\2`,
  'gm',
)
const EXPRESSION = /\b(?:import|require)\(\s*(['"])([^'"\n]+)\1/g
/** A module given by its address, for instance that of a worker; the address of a folder is no import. */
const ADDRESS = /\bnew\s+URL\(\s*(['"])([^'"\n]+\.[cm]?[jt]s)\1/g
const COMMENT_LINE = /^[ \t]*(?:\*|\/\/|\/\*).*$/gm

/** Every import, re-export, `import()` and `new URL(…)` of a table of sources. */
export function importsOf(sources: SourceTable): Import[] {
  const imports: Import[] = []
  for (const [from, text] of sources) {
    const add = (specifier: string, isStatic: boolean) => {
      const isRelative = specifier.startsWith('.')
      const to = isRelative ? posix.join(posix.dirname(from), specifier) : specifier
      imports.push({ from, to, isRelative, isStatic })
    }
    const code = text.replaceAll(COMMENT_LINE, '')
    for (const [, type, , specifier] of code.matchAll(DECLARATION)) add(specifier!, type === undefined)
    for (const expression of [EXPRESSION, ADDRESS]) {
      for (const [, , specifier] of code.matchAll(expression)) add(specifier!, false)
    }
  }
  return imports
}

/** The first cycle among files that load each other, as a path that ends where it starts; undefined when there is none. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const graph = new Map<string, string[]>()
  for (const { from, to, isRelative, isStatic } of imports) {
    if (isRelative && isStatic) graph.set(from, [...(graph.get(from) ?? []), to])
  }
  const finished = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] | undefined => {
    if (finished.has(file)) return undefined
    const start = path.indexOf(file)
    if (start >= 0) return [...path.slice(start), file]
    path.push(file)
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle !== undefined) return cycle
    }
    path.pop()
    finished.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}
