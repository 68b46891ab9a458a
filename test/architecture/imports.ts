import { posix } from 'node:path'

/** One file's use of another. */
export interface Import {
  /** The using file, relative to the sources, for instance `rdd/rdd.ts`. */
  readonly from: string
  /** The used file, or for a package its specifier. */
  readonly to: string
  readonly isRelative: boolean
  readonly kind: ImportKind
}

/**
 * `static`: the used file is loaded with the using one. `type`: only the compiler reads it (`import type`, or `import('…').Name` as a type).
 * `deferred`: the program loads it later or elsewhere (`await import('…')`, the address of a worker).
 */
export type ImportKind = 'static' | 'type' | 'deferred'

/** Source texts by their paths relative to the sources. */
export type SourceTable = ReadonlyMap<string, string>

const CLAUSE = String.raw`(?:\*(?:\s+as\s+[\w$]+)?|(?:[\w$]+\s*,\s*)?\{[^}]*\}|[\w$]+(?:\s*,\s*\*\s+as\s+[\w$]+)?)`
/** Anchored to the start of a line, so that examples in documentation comments, which start with an asterisk, do not count. */
const DECLARATION = new RegExp(
  String.raw`^[ \t]*(?:import|export)\s+(type\s+)?(?:${CLAUSE}\s*from\s*)?(['"])([^'"\n]+)\2`,
  'gm',
)
const EXPRESSION = /\b(?:import|require)\(\s*(['"])([^'"\n]+)\1\s*\)?(\.(?!then\b|catch\b|finally\b))?/g
/** A module given by its address, for instance that of a worker; the address of a folder is no import. */
const ADDRESS = /\bnew\s+URL\(\s*(['"])([^'"\n]+\.[cm]?[jt]s)\1/g
const COMMENT_LINE = /^[ \t]*(?:\*|\/\/|\/\*).*$/gm

/** Every import, re-export, `import()` and `new URL(…)` of a table of sources. */
export function importsOf(sources: SourceTable): Import[] {
  const imports: Import[] = []
  for (const [from, text] of sources) {
    const add = (specifier: string, kind: ImportKind) => {
      const isRelative = specifier.startsWith('.')
      const to = isRelative ? posix.join(posix.dirname(from), specifier) : specifier
      imports.push({ from, to, isRelative, kind })
    }
    const code = text.replaceAll(COMMENT_LINE, '')
    for (const [, type, , specifier] of code.matchAll(DECLARATION))
      add(specifier!, type === undefined ? 'static' : 'type')
    for (const [, , specifier, member] of code.matchAll(EXPRESSION))
      add(specifier!, member === undefined ? 'deferred' : 'type')
    for (const [, , specifier] of code.matchAll(ADDRESS)) add(specifier!, 'deferred')
  }
  return imports
}
