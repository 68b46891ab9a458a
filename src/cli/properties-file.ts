import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from './command-line.ts'

const DEFAULTS_FILE = 'spark-defaults.conf'

/**
 * The settings of `--properties-file`, or else of `spark-defaults.conf` in SPARK_CONF_DIR or in `conf` below SPARK_HOME, as `spark-submit` takes them.
 * @throws UsageError for a file that cannot be read
 */
export function fileSettings(
  file: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  if (file !== undefined) return parseProperties(readProperties(file))
  const { SPARK_CONF_DIR: folder, SPARK_HOME: home } = environment
  const confFolder = folder || (home ? join(home, 'conf') : undefined)
  if (confFolder === undefined) return {}
  const defaults = join(confFolder, DEFAULTS_FILE)
  return existsSync(defaults) ? parseProperties(readProperties(defaults)) : {}
}

function readProperties(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(
      'BAD_PROPERTIES_FILE',
      `cannot read the properties file '${file}': ${(error as Error).message}`,
      1,
    )
  }
}

/**
 * Reads a Java properties file: a key and a value in each line, apart by spaces, `=` or `:`; `#` or `!` begins a comment, and a backslash at the end of a
 * line goes on in the next. Values lose the spaces around them, as Spark trims them.
 */
export function parseProperties(text: string): Record<string, string> {
  const settings: Record<string, string> = {}
  // An even number of backslashes before a line break are backslashes; an odd number continue the line.
  const lines = text.replace(/(?<!\\)((?:\\\\)*)\\\r?\n[ \t]*/g, '$1').split(/\r?\n/)
  for (const line of lines) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!')) continue
    const [, key = '', value = ''] = /^((?:\\.|[^\\\s=:])+)(?:\s*[=:]\s*|\s+)?(.*)$/s.exec(trimmed) ?? []
    if (key !== '') settings[withoutEscapes(key)] = withoutEscapes(value).trim()
  }
  return settings
}

function withoutEscapes(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return ({ n: '\n', t: '\t', r: '\r', f: '\f' } as Record<string, string>)[escaped] ?? escaped
  })
}
