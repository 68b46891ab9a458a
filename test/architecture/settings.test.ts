import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectFiles } from './project-files.ts'

/** Texts that look like a setting's key and are none. */
const NO_SETTINGS = [
  // The session's own settings on a Spark Connect server, which the engine sets there.
  /^spark\.(?:sql|connect)\./,
  // What the SparkContext tells of itself.
  /^spark\.app\.(?:id|startTime)$/,
  // Local properties of jobs.
  /^spark\.job(?:Group)?\./,
  /^spark\.scheduler\.pool$/,
  /^(?:spark\.streaming|millstream)\.internal\./,
  // Symbols.
  /^millstream\.\w+$/,
]

const KEY = /(['"`])((?:spark|millstream)\.[A-Za-z][\w.]*)(?:\1|\$\{)/g
const COMMENT_LINE = /^[ \t]*(?:\*|\/\/|\/\*).*$/gm

/** The sources by their paths under src/, tests and generated messages left out. */
function sources(): Map<string, string> {
  const isSource = (file: string) => /\.ts$/.test(file) && !/\.test\.ts$/.test(file) && !file.startsWith('connect/gen/')
  return new Map([...projectFiles('src')].filter(([file]) => isSource(file)))
}

/** SparkConf stands beside the definitions and uses them like any other reader. */
function isDefinitionFile(file: string): boolean {
  return file.startsWith('settings/') && file !== 'settings/spark-conf.ts'
}

/** Keys of settings that are written out beside the definitions, one line each. */
function keysWrittenOut(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) => {
    if (isDefinitionFile(file)) return []
    const keys = [...text.replaceAll(COMMENT_LINE, '').matchAll(KEY)].map(([, , key]) => key!)
    return keys.filter((key) => !NO_SETTINGS.some((pattern) => pattern.test(key))).map((key) => `${file}: ${key}`)
  })
}

/** The names of definitions that no reader uses. */
function unusedDefinitions(files: ReadonlyMap<string, string>): string[] {
  const definitions = [...files].flatMap(([file, text]) =>
    isDefinitionFile(file) ? [...text.matchAll(/^export const (\w+) = \w+Setting\(/gm)].map(([, name]) => name!) : [],
  )
  const readers = [...files].filter(([file]) => !isDefinitionFile(file)).map(([, text]) => text)
  return definitions.filter((name) => !readers.some((text) => new RegExp(`\\b${name}\\b`).test(text)))
}

test('a key of a setting is written out in its definition and nowhere else', () => {
  assert.deepEqual(keysWrittenOut(sources()), [])
})

test('every setting that is defined is read', () => {
  assert.deepEqual(unusedDefinitions(sources()), [])
})

test('a key that is written out and a definition that nobody reads are found', () => {
  const files = new Map([
    [
      'settings/x.ts',
      "export const USED = timeSetting('spark.used', {})\nexport const IDLE = sizeSetting(\n  'spark.idle',",
    ],
    ['a.ts', "const value = conf.getOption('spark.used') ?? read(conf, USED)"],
    ['b.ts', `const all = (name) => get(\`millstream.streaming.receiver.\${name}\`)`],
    ['c.ts', " * `spark.used` is read\nsession.set('spark.sql.x', 'none of spark.used')"],
  ])
  assert.deepEqual(keysWrittenOut(files), ['a.ts: spark.used', 'b.ts: millstream.streaming.receiver.'])
  assert.deepEqual(unusedDefinitions(files), ['IDLE'])
})
