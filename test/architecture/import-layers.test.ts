import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circlesOf, circleViolations } from './circles.ts'
import { importsOf } from './imports.ts'
import { layerViolations } from './layers.ts'
import { projectFiles } from './project-files.ts'

const sources = new Map([...projectFiles('src')].filter(([file]) => file.endsWith('.ts')))

test('imports go down the layers only', () => {
  assert(sources.size > 10)
  assert.deepEqual(layerViolations(importsOf(sources)), [])
})

test('no files load each other in a circle', () => {
  assert.deepEqual(circlesOf(importsOf(sources).filter(({ kind }) => kind === 'static')), [])
})

test('no circle of imports, those of types included, crosses a folder or has more than six files', () => {
  assert.deepEqual(circleViolations(importsOf(sources)), [])
})

/** Files that each break the rule once, with the line that must be reported. */
const planted: readonly (readonly [file: string, source: string, violation: string])[] = [
  ['task/a.ts', `import type { B } from '../engine/b.ts'`, 'task/a.ts imports engine/b.ts: task may not know engine'],
  ['task/a.ts', `import {\n  b,\n} from '../files/b.ts'`, 'task/a.ts imports files/b.ts: task may not know files'],
  [
    'closure/wire/a.ts',
    `export * from '../../task/b.ts'`,
    'closure/wire/a.ts imports task/b.ts: closure/wire may not know task',
  ],
  [
    'closure/worker/a.ts',
    `import { b } from '../driver/b.ts'`,
    'closure/worker/a.ts imports closure/driver/b.ts: closure/worker may not know closure/driver',
  ],
  [
    'closure/driver/a.ts',
    `import { b } from '../worker/b.ts'`,
    'closure/driver/a.ts imports closure/worker/b.ts: closure/driver may not know closure/worker',
  ],
  [
    'task/a.ts',
    `import { b } from '../closure/driver/b.ts'`,
    'task/a.ts imports closure/driver/b.ts: task may not know closure/driver',
  ],
  ['files/a.ts', `import '../task/b.ts'`, 'files/a.ts imports task/b.ts: files may not know task'],
  [
    'engine/local/a.ts',
    `const b = await import('../spark/b.ts')`,
    'engine/local/a.ts imports engine/spark/b.ts: engine/local may not know engine/spark',
  ],
  [
    'engine/a.ts',
    `import b from './local/b.ts'`,
    'engine/a.ts imports engine/local/b.ts: engine may not know engine/local',
  ],
  ['rdd/a.ts', `export { b } from '../dstream/b.ts'`, 'rdd/a.ts imports dstream/b.ts: rdd may not know dstream'],
  [
    'rdd/a.ts',
    `import * as b from '../engine/local/b.ts'`,
    'rdd/a.ts imports engine/local/b.ts: rdd may not know engine/local',
  ],
  [
    'rdd/a.ts',
    `new Worker(new URL('../engine/local/b.ts', import.meta.url))`,
    'rdd/a.ts imports engine/local/b.ts: rdd may not know engine/local',
  ],
  ['rdd/a.ts', `import type { B } from '../context/b.ts'`, 'rdd/a.ts imports context/b.ts: rdd may not know context'],
  ['dstream/a.ts', `import { b } from '../cli/b.ts'`, 'dstream/a.ts imports cli/b.ts: dstream may not know cli'],
  ['rdd/a.ts', `import { b } from '../index.ts'`, 'rdd/a.ts imports index.ts: rdd may not know index.ts'],
  ['rdd/a.ts', `import { b } from './b.test.ts'`, 'rdd/a.ts imports rdd/b.test.ts: a test is imported by nobody'],
  ['rdd/a.ts', `import { b } from '../../test/b.ts'`, 'rdd/a.ts imports ../test/b.ts: it lies outside of src/'],
  ['rdd/a.ts', `import { b } from 'millstream'`, 'rdd/a.ts imports millstream: the package does not import itself'],
  ['utils/a.ts', `import { b } from '../errors.ts'`, 'utils/a.ts imports errors.ts: utils is no layer'],
]

test('a planted violation of each kind is found', async (t) => {
  for (const [file, source, violation] of planted) {
    await t.test(violation, () => {
      assert.deepEqual(layerViolations(importsOf(new Map([[file, source]]))), [violation])
    })
  }
})

test('what is allowed, or only looks like an import, is not reported', () => {
  const allowed = new Map([
    ['rdd/a.ts', `import { b } from '../task/b.ts'\nimport type { C } from '../engine/c.ts'\nimport fs from 'node:fs'`],
    [
      'rdd/b.ts',
      ` * import { b } from '../dstream/b.ts'\n// import { b } from '../cli/b.ts'\nconst text = "from '../cli/b.ts'"`,
    ],
    ['rdd/d.ts', `const folder = new URL('.', import.meta.url)`],
    ['rdd/c.test.ts', `import { b } from '../../test/model/b.ts'\nimport { c } from '../dstream/c.ts'`],
  ])
  assert.deepEqual(layerViolations(importsOf(allowed)), [])
})

test('a planted circle is found, with the files that are in it and no others', () => {
  const circle = new Map([
    ['rdd/a.ts', `import { b } from './b.ts'`],
    ['rdd/b.ts', `import { a } from './c.ts'`],
    ['rdd/c.ts', `export * from './b.ts'\nimport { d } from './d.ts'`],
    ['rdd/d.ts', `const b = await import('./b.ts')\nnew Worker(new URL('./a.ts', import.meta.url))`],
  ])
  assert.deepEqual(circlesOf(importsOf(circle)), [['rdd/b.ts', 'rdd/c.ts']])
  const itself = new Map([['rdd/a.ts', `import { a } from './a.ts'`]])
  assert.deepEqual(circlesOf(importsOf(itself)), [['rdd/a.ts']])
})

test('a planted circle across folders is found, of types too', () => {
  const found = ['a circle crosses a folder: rdd/a.ts, rdd/saving/b.ts']
  for (const back of [
    `import { a } from '../a.ts'`,
    `import type { A } from '../a.ts'`,
    `export type { A } from '../a.ts'`,
    `let a: import('../a.ts').A`,
  ]) {
    const files = new Map([
      ['rdd/a.ts', `import { b } from './saving/b.ts'`],
      ['rdd/saving/b.ts', back],
    ])
    assert.deepEqual(circleViolations(importsOf(files)), found, back)
  }
  const later = new Map([
    ['rdd/a.ts', `import { b } from './saving/b.ts'`],
    ['rdd/saving/b.ts', `import('../a.ts').then((a) => a)`],
  ])
  assert.deepEqual(circleViolations(importsOf(later)), [])
})

test('a planted circle of seven files is found, one of six in a folder is allowed', () => {
  const ring = (size: number) =>
    new Map(Array.from({ length: size }, (_, i) => [`rdd/${i}.ts`, `import type { X } from './${(i + 1) % size}.ts'`]))
  assert.deepEqual(circleViolations(importsOf(ring(6))), [])
  assert.match(circleViolations(importsOf(ring(7))).join(), /^a circle has 7 files: rdd\/0\.ts, /)
})
