import { readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'

/** How Node takes a file's text. */
export type ModuleFormat = 'module' | 'commonjs'

const IS_MODULE_SYNTAX =
  /^[ \t]*(?:import\s*(?:type\b|[\w$]+\s*(?:,|from\b)|[{*'"])|import\.meta\b|export\s*(?:[{*]|default\b|(?:declare|abstract|async|const|let|var|class|function|type|interface)\b))/m
const IS_COMMONJS_SYNTAX =
  /\brequire\s*\(|\bmodule\.exports\b|^[ \t]*exports\.|\b__(?:dirname|filename)\b|^[ \t]*import\s+[\w$]+\s*=|^[ \t]*export\s*=/m
const IS_TOP_LEVEL_AWAIT = /^(?:await\b|(?:const|let|var)\b[^=\n]*=\s*await\b|for\s+await\b)/m

/**
 * Tells a program file's format. Its extension decides, then the nearest package.json where it says `module`; where that says nothing or
 * `commonjs`, as `npm init` writes it, the file's own syntax decides, so that a program with `import` and a top-level `await` runs in any
 * folder.
 */
export function moduleFormatOf(file: string): ModuleFormat {
  switch (extname(file)) {
    case '.mjs':
    case '.mts':
      return 'module'
    case '.cjs':
    case '.cts':
      return 'commonjs'
    default:
      if (nearestPackageType(dirname(file)) === 'module') return 'module'
      return formatOfSource(readFileSync(file, 'utf8'))
  }
}

/** The module format of a source text: `module` when the text uses syntax of ES modules and nothing that only CommonJS has. */
export function formatOfSource(source: string): ModuleFormat {
  if (IS_COMMONJS_SYNTAX.test(source)) return 'commonjs'
  return IS_MODULE_SYNTAX.test(source) || IS_TOP_LEVEL_AWAIT.test(source) ? 'module' : 'commonjs'
}

function nearestPackageType(directory: string): string | undefined {
  for (let current = directory; ; current = dirname(current)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(current, 'package.json'), 'utf8'))
      return (manifest as { type?: string }).type
    } catch {
      // There is no package.json here, or it cannot be read; Node reports an unreadable one when it imports the file.
    }
    if (dirname(current) === current) return undefined
  }
}
