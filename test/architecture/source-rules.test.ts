import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectFiles } from './project-files.ts'

/** A call that a program's answer must not depend on, and the one file each that may hold it. */
const AMBIENT = [
  { call: /\bDate\.now\(|\bnew Date\(\)/, meaning: 'the time of day' },
  { call: /\bMath\.random\(/, meaning: 'chance' },
] as const

/** Where the project would be tied to one machine: its folders, the notes beside it, the host that packages come from. */
const MACHINE_BOUND = [
  /\/(?:work|root)\/[a-z.]/,
  /\/home\/[a-z]/,
  /\.\.\/shared\/(?:bench|recipes|hooks|spark|design|semantics|style)/,
  /\bregistry\.[a-z]+\.[a-z]+/,
  // A workspace of this project is resolved to its folder.
  /"resolve[d]": "(?!scripts\/)/,
]

function filesWith(pattern: RegExp, files: ReadonlyMap<string, string>): string[] {
  return [...files].filter(([, text]) => pattern.test(withoutComments(text))).map(([file]) => file)
}

function withoutComments(text: string): string {
  return text.replaceAll(/^[ \t]*(?:\*|\/\/|\/\*).*$/gm, '')
}

function machineBoundLines(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      return MACHINE_BOUND.some((pattern) => pattern.test(line)) ? [`${file}:${index + 1}: ${line.trim()}`] : []
    }),
  )
}

test('the time of day and chance enter the library in one file each', () => {
  const sources = new Map(
    [...projectFiles('src')].filter(([file]) => file.endsWith('.ts') && !file.endsWith('.test.ts')),
  )
  for (const { call, meaning } of AMBIENT) {
    const files = filesWith(call, sources)
    assert(files.length <= 1, `${meaning} is read in more than one file: ${files.join(', ')}`)
  }
})

test('what may write a part of its bytes only is called in one file, which writes the rest', () => {
  const sources = new Map([...projectFiles('src')].filter(([file]) => !file.endsWith('.test.ts')))
  assert.deepEqual(filesWith(/\b(?:fs\.)?(?:writeSync|writevSync)\(|\bfs\.writev?\(/, sources), ['task/write-all.ts'])
  assert.deepEqual(filesWith(/\.writev\(/, sources), ['files/local-file-system.ts'])
})

test('no file names a folder of one machine or a host that packages come from', () => {
  assert.deepEqual(machineBoundLines(projectFiles('')), [])
})

test('planted breaches of both rules are found', () => {
  const files = new Map([
    ['a.ts', 'const at = Date.now()'],
    ['b.ts', '  const at = new Date()\n  const of = new Date(3)'],
    ['c.ts', '/** Reads Date.now() never. */\n * Date.now()\nconst at = clock.now()'],
  ])
  assert.deepEqual(filesWith(AMBIENT[0].call, files), ['a.ts', 'b.ts'])
  const bound = [
    ['', 'work', 'main'].join('/'),
    ['', 'home', 'me'].join('/'),
    ['..', 'shared', 'bench'].join('/'),
    `registry.${'npmjs.org'}`,
  ]
  const planted = new Map([['a.md', ['fine', ...bound, '/network/x'].join('\n')]])
  assert.equal(machineBoundLines(planted).length, bound.length)
})
