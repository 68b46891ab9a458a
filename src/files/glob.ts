import { IllegalArgumentException } from '../errors.ts'

/** One segment of a path pattern: a plain name, or a test of names. */
export type GlobSegment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'pattern'; readonly matches: (name: string) => boolean }

/**
 * Compiles one path segment by the rules of Hadoop's `GlobPattern`: `*` and `?` (both match a leading dot as well), `[a-c]`, `[^a]`, `[!a]`,
 * `{a,b}` nested at will, `\` before a character to take it as it is. Everything else stands for itself.
 * @throws IllegalArgumentException for a class or group that does not end, an empty class, a range that runs backwards, a `\` at the end.
 */
export function compileGlobSegment(glob: string): GlobSegment {
  let source = ''
  let name = ''
  let isPattern = false
  let openGroups = 0
  for (let index = 0; index < glob.length; index++) {
    const character = glob[index]!
    switch (character) {
      case '\\': {
        const escaped = glob[++index]
        if (escaped === undefined) throw illegal(glob, `An escaped character does not present at ${index}`)
        source += escapeLiteral(escaped)
        name += escaped
        break
      }
      case '*':
        isPattern = true
        source += '[^]*'
        break
      case '?':
        isPattern = true
        source += '[^]'
        break
      case '[': {
        isPattern = true
        const end = endOfClass(glob, index)
        source += compileClass(glob, index, end)
        index = end
        break
      }
      case '{':
        isPattern = true
        openGroups++
        source += '(?:'
        break
      case '}':
        source += openGroups > 0 ? ')' : '\\}'
        name += character
        openGroups = Math.max(0, openGroups - 1)
        break
      case ',':
        source += openGroups > 0 ? '|' : ','
        name += character
        break
      default:
        source += escapeLiteral(character)
        name += character
    }
  }
  if (openGroups > 0) throw illegal(glob, `Unclosed group at pos ${glob.length}`)
  if (!isPattern) return { kind: 'name', name }
  const expression = new RegExp(`^(?:${source})$`, 'u')
  return { kind: 'pattern', matches: (candidate) => expression.test(candidate) }
}

/**
 * Replaces groups that hold a slash by one pattern for each of their alternatives, as Hadoop's `GlobExpander` does:
 * `{a/x,b/y}/*` gives `a/x/*` and `b/y/*`. Other groups stay, for their segment to match.
 */
export function expandSlashGroups(pattern: string): string[] {
  const group = findSlashGroup(pattern)
  if (group === undefined) return [pattern]
  const { start, end, alternatives } = group
  return alternatives.flatMap((alternative) =>
    expandSlashGroups(pattern.slice(0, start) + alternative + pattern.slice(end + 1)),
  )
}

/** The first outermost group with a slash in it, and its alternatives. */
function findSlashGroup(pattern: string): { start: number; end: number; alternatives: string[] } | undefined {
  let depth = 0
  let start = 0
  let hasSlash = false
  let cuts: number[] = []
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index]
    if (character === '\\') index++
    else if (character === '{') {
      if (depth++ > 0) continue
      start = index
      hasSlash = false
      cuts = [index]
    } else if (character === '}' && depth > 0) {
      if (--depth > 0) continue
      if (!hasSlash) continue
      cuts.push(index)
      const alternatives = cuts.slice(1).map((cut, position) => pattern.slice(cuts[position]! + 1, cut))
      return { start, end: index, alternatives }
    } else if (character === '/' && depth > 0) hasSlash = true
    else if (character === ',' && depth === 1) cuts.push(index)
  }
  return undefined
}

/** A `]` directly after the opening bracket, or after its negation, is an ordinary character. */
function endOfClass(glob: string, start: number): number {
  let index = start + 1
  if (isNegation(glob[index])) index++
  if (glob[index] === ']') index++
  for (; index < glob.length; index++) {
    if (glob[index] === '\\') index++
    else if (glob[index] === ']') return index
  }
  throw illegal(glob, `Unclosed character class at pos ${start}`)
}

function compileClass(glob: string, start: number, end: number): string {
  const isNegated = isNegation(glob[start + 1])
  let body = ''
  for (let index = start + (isNegated ? 2 : 1); index < end; index++) {
    const character = glob[index]!
    if (character === '\\') body += escapeInClass(glob[++index]!)
    else body += character === '-' ? '-' : escapeInClass(character)
  }
  const source = `[${isNegated ? '^' : ''}${body}]`
  try {
    new RegExp(source, 'u')
    return source
  } catch {
    throw illegal(glob, `invalid character class range: \`${glob.slice(start, end + 1)}\``)
  }
}

function isNegation(character: string | undefined): boolean {
  return character === '^' || character === '!'
}

function escapeLiteral(character: string): string {
  return /[$()*+.?[\\\]^{|}/]/.test(character) ? `\\${character}` : character
}

function escapeInClass(character: string): string {
  return /[\\\]^[-]/.test(character) ? `\\${character}` : character
}

function illegal(glob: string, reason: string): IllegalArgumentException {
  return new IllegalArgumentException('ILLEGAL_FILE_PATTERN', `Illegal file pattern: ${reason}: \`${glob}\``)
}
