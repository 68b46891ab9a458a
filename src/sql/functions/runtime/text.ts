import { SqlRuntimeException } from '../../errors.ts'

/** Whether every character is one code unit: no half of a surrogate pair. */
const isPlain = (text: string): boolean => !/[\ud800-\udfff]/.test(text)

/** Characters: code points, as Spark counts them. */
export function charLength(text: string): number {
  return isPlain(text) ? text.length : [...text].length
}

/** From a position counted from 1, or from the end when negative. */
export function substring(text: string, position: number, length: number): string {
  if (length <= 0) return ''
  const all = isPlain(text) ? text : [...text]
  const start = position > 0 ? position - 1 : position < 0 ? all.length + position : 0
  const end = Math.min(start + length, all.length)
  const part = all.slice(Math.max(0, start), Math.max(0, end))
  return typeof part === 'string' ? part : part.join('')
}

export function initcap(text: string): string {
  return text.toLowerCase().replace(/(^| )(\S)/gu, (_, space: string, first: string) => space + first.toUpperCase())
}

export function reverseText(text: string): string {
  return [...text].reverse().join('')
}

/** Takes the characters off the ends: spaces unless given. */
export function trimText(text: string, characters: string, side: 'both' | 'left' | 'right'): string {
  const all = [...text]
  const out = new Set(characters)
  let start = 0
  let end = all.length
  if (side !== 'right') while (start < end && out.has(all[start]!)) start++
  if (side !== 'left') while (end > start && out.has(all[end - 1]!)) end--
  return all.slice(start, end).join('')
}

export function padText(text: string, length: number, pad: string, side: 'left' | 'right'): string {
  const all = [...text]
  if (length <= all.length) return all.slice(0, Math.max(0, length)).join('')
  if (pad === '') return text
  const needed = length - all.length
  const filling = [...pad.repeat(Math.ceil(needed / [...pad].length))].slice(0, needed).join('')
  return side === 'left' ? filling + text : text + filling
}

/** From 1; 0 where the part is not in the text. */
export function textPosition(part: string, text: string, start = 1): number {
  if (start < 1) return 0
  const all = isPlain(text) ? text : null
  if (all !== null) return text.indexOf(part, start - 1) + 1
  const index = text.indexOf(part, [...text].slice(0, start - 1).join('').length)
  return index < 0 ? 0 : [...text.slice(0, index)].length + 1
}

export function substringIndex(text: string, delimiter: string, count: number): string {
  if (count === 0 || delimiter === '') return ''
  const parts = text.split(delimiter)
  return (count > 0 ? parts.slice(0, count) : parts.slice(count)).join(delimiter)
}

export function translateText(text: string, from: string, to: string): string {
  const targets = [...to]
  const map = new Map<string, string>()
  for (const [index, character] of [...from].entries())
    if (!map.has(character)) map.set(character, targets[index] ?? '')
  return [...text].map((character) => map.get(character) ?? character).join('')
}

const likes = new Map<string, RegExp>()
const MAX_PATTERNS = 1000

/** The regular expression of a `LIKE` pattern. @throws SqlRuntimeException for an escapeCharacter before another character. */
export function likePattern(pattern: string, escapeCharacter: string, isIgnoringCase = false): RegExp {
  const key = `${isIgnoringCase}${escapeCharacter}${pattern}`
  let compiled = likes.get(key)
  if (compiled === undefined) {
    if (likes.size >= MAX_PATTERNS) likes.clear()
    compiled = new RegExp(`^(?:${likeSource(pattern, escapeCharacter)})$`, isIgnoringCase ? 'sui' : 'su')
    likes.set(key, compiled)
  }
  return compiled
}

function likeSource(pattern: string, escapeCharacter: string): string {
  let source = ''
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!
    if (character === escapeCharacter) {
      const next = characters[++i]
      if (next === undefined || !['%', '_', escapeCharacter].includes(next)) {
        throw new SqlRuntimeException(
          next === undefined ? 'INVALID_FORMAT.ESC_AT_THE_END' : 'INVALID_FORMAT.ESC_IN_THE_MIDDLE',
          `The format is invalid: '${pattern}'. The escapeCharacter character is not allowed ${next === undefined ? 'to end with' : `to precede '${next}'`}.`,
          {
            sqlState: '42601',
            parameters: { format: `'${pattern}'`, ...(next !== undefined && { char: `'${next}'` }) },
          },
        )
      }
      source += quoted(next)
    } else if (character === '%') source += '.*'
    else if (character === '_') source += '.'
    else source += quoted(character)
  }
  return source
}

const quoted = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const regexes = new Map<string, RegExp>()

/** A pattern of Java's, as far as JavaScript has the same. @throws SqlRuntimeException for one that it has not. */
export function javaRegex(pattern: string, flags = 'u'): RegExp {
  const key = `${flags}/${pattern}`
  let compiled = regexes.get(key)
  if (compiled === undefined) {
    if (regexes.size >= MAX_PATTERNS) regexes.clear()
    compiled = compileRegex(pattern, flags)
    regexes.set(key, compiled)
  }
  return compiled
}

function compileRegex(pattern: string, flags: string): RegExp {
  const leading = /^\(\?([imsu]+)\)/.exec(pattern)
  const source = (leading === null ? pattern : pattern.slice(leading[0].length))
    .replaceAll(/\\p\{(?:Alpha|IsAlphabetic)\}/g, '\\p{Alphabetic}')
    .replaceAll(/\\p\{(?:Digit|IsDigit)\}/g, '[0-9]')
    .replaceAll(/\\p\{(?:Punct|IsPunctuation)\}/g, '\\p{P}')
    .replaceAll(/\\p\{(?:Upper|javaUpperCase)\}/g, '\\p{Lu}')
    .replaceAll(/\\p\{(?:Lower|javaLowerCase)\}/g, '\\p{Ll}')
    .replaceAll(/\\p\{Space\}/g, '\\s')
    .replaceAll('\\A', '^')
    .replaceAll(/\\[zZ]/g, '$')
  const wanted = new Set([...flags, ...(leading?.[1] ?? '')])
  try {
    return new RegExp(source, [...wanted].join(''))
  } catch {
    // Without the flag JavaScript takes escapes of characters that need none, as Java does.
    wanted.delete('u')
    try {
      return new RegExp(source, [...wanted].join(''))
    } catch (cause) {
      throw new SqlRuntimeException(
        'INVALID_PARAMETER_VALUE.PATTERN',
        `The value of parameter(s) \`regexp\` in \`regexp\` is invalid: '${pattern}', or it is a pattern of Java's that JavaScript does not have.`,
        { sqlState: '22023', parameters: { value: `'${pattern}'` }, cause },
      )
    }
  }
}

/** The parts between matches, at most `limit` of them; a negative limit keeps all, empty ones at the end too. */
export function splitText(text: string, pattern: string, limit: number): string[] {
  const regex = javaRegex(pattern, 'gu')
  const parts: string[] = []
  let from = 0
  for (const match of text.matchAll(regex)) {
    if (limit > 0 && parts.length === limit - 1) break
    // Java gives no empty part before a match of nothing at the start.
    if (match[0] === '' && (match.index === 0 || match.index >= text.length)) continue
    parts.push(text.slice(from, match.index))
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  return parts
}
