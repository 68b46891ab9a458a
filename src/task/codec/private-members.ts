/** For each prototype, the private member because of which instances cannot be encoded, or null. */
const known = new WeakMap<object, string | null>()

/** The helpers that compilers call to reach private members which they store outside of the object. */
const COMPILED_PRIVATE = /\b(?:__private(?:Add|Get|Set)|_{1,2}classPrivateField\w+)\s*\(/

/** A brace, or the declaration of a private member: a `#name` that is no member access; group 1 for static ones, group 2 the name. */
const BRACE_OR_PRIVATE =
  /[{}]|(\bstatic\s*(?:async\s*)?(?:get\s*|set\s*)?(?:\*\s*)?)?(?<!\.\s*)(#[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)(?!\s+in\b)/gu

/**
 * The name of a private member of an object's class, or of one that it extends: only code within the class can read it, so it cannot be written
 * into bytes or restored from them. `undefined` for an object whose fields are all that it has.
 */
export function privateMemberOf(value: object): string | undefined {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype || prototype === Array.prototype) return undefined
  let member = known.get(prototype)
  if (member === undefined) {
    member = findPrivateMember(prototype) ?? null
    known.set(prototype, member)
  }
  return member ?? undefined
}

function findPrivateMember(prototype: object): string | undefined {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const owner: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value
    // A URL has private members of Node's own; it is written as its text.
    if (typeof owner !== 'function' || owner === URL) continue
    const text = Function.prototype.toString.call(owner)
    if (!text.startsWith('class')) continue
    const code = withoutTexts(text)
    const name = declaredPrivate(code) ?? (COMPILED_PRIVATE.test(code) ? 'a private member' : undefined)
    if (name !== undefined) return name
  }
  return undefined
}

/** A private member that each instance of a class has: one that stands in the class's own body and is not static. */
function declaredPrivate(code: string): string | undefined {
  let depth = 0
  for (const [token, isStatic, name] of code.matchAll(BRACE_OR_PRIVATE)) {
    if (token === '{') depth++
    else if (token === '}') depth--
    else if (depth === 1 && isStatic === undefined) return name
  }
  return undefined
}

/** Words behind which a slash begins a regular expression. */
const BEFORE_PATTERN =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|instanceof|new|throw|yield|await)\s*$/
const ENDS_VALUE = /[\w$)\]}"'`]\s*$/

/** A class's text without its comments, texts and regular expressions, in which a `#` would mean nothing. */
function withoutTexts(text: string): string {
  let code = ''
  /** For each template that is open: how many braces are open in the expression within it. */
  const templates: number[] = []
  let at = 0
  const skipTemplate = (): void => {
    for (; at < text.length; at++) {
      if (text[at] === '\\') at++
      else if (text[at] === '`') {
        templates.pop()
        at++
        return
      } else if (text[at] === '$' && text[at + 1] === '{') {
        at += 2
        return
      }
    }
  }
  while (at < text.length) {
    const char = text[at] as string
    const next = text[at + 1]
    if (char === '/' && next === '/') {
      at = endOf(text, '\n', at)
    } else if (char === '/' && next === '*') {
      at = endOf(text, '*/', at + 2) + 2
    } else if (char === '"' || char === "'") {
      at = endOfQuoted(text, at, char)
      code += '""'
    } else if (char === '`') {
      templates.push(0)
      at++
      skipTemplate()
      code += '""'
    } else if (char === '/' && (!ENDS_VALUE.test(tail(code)) || BEFORE_PATTERN.test(tail(code)))) {
      at = endOfPattern(text, at)
      code += '""'
    } else {
      const open = templates.length - 1
      if (open >= 0 && char === '{') (templates[open] as number)++
      if (open >= 0 && char === '}') {
        if (templates[open] === 0) {
          at++
          skipTemplate()
          code += '""'
          continue
        }
        ;(templates[open] as number)--
      }
      code += char
      at++
    }
  }
  return code
}

function tail(code: string): string {
  return code.slice(-16)
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found < 0 ? text.length : found
}

function endOfQuoted(text: string, start: number, quote: string): number {
  let at = start + 1
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** The place behind a regular expression; of a slash that has no partner on its line, behind the slash: it divides. */
function endOfPattern(text: string, start: number): number {
  let isInClass = false
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    const char = text[at]
    if (char === '\\') at++
    else if (char === '[') isInClass = true
    else if (char === ']') isInClass = false
    else if (char === '/' && !isInClass) return at + 1
  }
  return start + 1
}
