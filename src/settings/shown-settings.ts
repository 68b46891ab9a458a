/** Settings whose names match hold secrets (Spark's default of `spark.redaction.regex`). */
const SECRET = /secret|password|token|access[.]?key/i
const REDACTED = '*********(redacted)'

/** Settings as they may be shown: values of secret ones are replaced by asterisks, and so is a token in a master URL. */
export function shownSettings(settings: Iterable<readonly [string, string]>): [key: string, value: string][] {
  return [...settings].map(([key, value]) => [key, SECRET.test(key) ? REDACTED : shownUrl(value)])
}

/** A value without the token that a Spark Connect URL may hold. */
export function shownUrl(value: string): string {
  return value.startsWith('sc://') ? value.replace(/(;token=)[^;]*/gi, `$1${REDACTED}`) : value
}
