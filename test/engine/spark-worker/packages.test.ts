import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { captureClosures } from '../../../src/closure/driver/index.ts'
import type { Archive } from '../../../src/engine/spark/archive/archive-cache.ts'
import { ownPlatform, PackageArchives } from '../../../src/engine/spark/archive/index.ts'
import { RecordCodec } from '../../../src/task/codec/index.ts'
import type { StageProgram } from '../../../src/task/program.ts'
import { commandOf, row } from './commands.ts'
import { ScriptedExecutor } from './scripted-executor.ts'

const codec = new RecordCodec()
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'millstream-packages-'))
after(() => fs.rmSync(root, { recursive: true, force: true }))

/** Writes files by their paths below a new project. */
function project(name: string, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = path.join(root, name)
  for (const [file, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    fs.writeFileSync(path.join(folder, file), content)
  }
  return folder
}

function manifest(name: string, more: object = {}): string {
  return JSON.stringify({ name, version: '1.0.0', ...more })
}

function mapping(fn: unknown): StageProgram {
  const map = fn as (value: never) => unknown
  return {
    root: { kind: 'narrow', input: { kind: 'source' }, op: { kind: 'map', fn: map } },
    sink: { kind: 'collect' },
  }
}

/** What an executor does with an archive of the session. */
function unpack(archive: Archive, folder: string): void {
  fs.mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', archive.path, '-C', folder])
}

/** Bytes that begin as a program for another processor. */
const FOREIGN_ADDON = Buffer.alloc(64)
FOREIGN_ADDON.write('\u007fELF', 0, 'latin1')
FOREIGN_ADDON[5] = 1
FOREIGN_ADDON.writeUInt16LE(process.arch === 'arm64' ? 0x3e : 0xb7, 18)

test('packages and what they depend on are found on an executor that has none of them', async () => {
  const long = `${'folder/'.repeat(30)}deep.js`
  const app = project('app', {
    'app.mjs': `
      import { greet } from '@scope/greet'
      import shout from 'shout'
      export const both = (name) => shout(greet(name))
      export const later = async (records) => [...records].map((name) => name)
      export async function* loading(records) {
        const { farewell } = await import('farewell')
        for (const name of records) yield farewell(name)
      }`,
    'node_modules/@scope/greet/package.json': manifest('@scope/greet', {
      type: 'module',
      exports: './index.js',
      dependencies: { word: '1' },
    }),
    'node_modules/@scope/greet/index.js': `import word from 'word'; export const greet = (name) => word + ' ' + name`,
    'node_modules/@scope/greet/node_modules/word/package.json': manifest('word'),
    'node_modules/@scope/greet/node_modules/word/index.js': `module.exports = 'hello'`,
    'node_modules/word/package.json': manifest('word'),
    'node_modules/word/index.js': `module.exports = 'another word'`,
    'node_modules/shout/package.json': manifest('shout', {
      main: './lib/main.js',
      optionalDependencies: { missing: '1' },
    }),
    'node_modules/shout/lib/main.js': `module.exports = (text) => require('../${long}')(text)`,
    [`node_modules/shout/${long}`]: `module.exports = (text) => text.toUpperCase()`,
    'node_modules/shout/types.d.ts': 'export {}',
    'node_modules/farewell/package.json': manifest('farewell', { type: 'module', exports: './index.js' }),
    'node_modules/farewell/index.js': `export const farewell = (name) => 'bye ' + name`,
    'node_modules/unused/package.json': manifest('unused'),
  })
  const { both, loading } = (await import(pathToFileURL(path.join(app, 'app.mjs')).href)) as Record<string, unknown>
  await using executor = new ScriptedExecutor('unix')
  const sent: string[] = []
  const packages = new PackageArchives(
    ownPlatform(),
    async (folder, archive) => {
      sent.push(folder)
      unpack(archive, path.join(executor.directory, folder))
    },
    path.join(root, 'cache'),
  )

  const program = mapping(both)
  const modules = await packages.placesFor([await captureClosures(program)])
  assert.equal(sent.length, 1)
  assert.deepEqual(await packages.placesFor([await captureClosures(program)]), modules)
  assert.equal(sent.length, 1)
  const names = fs.readdirSync(path.join(executor.directory, sent[0] as string), { recursive: true, encoding: 'utf8' })
  assert(!names.some((name) => name.includes('unused') || name.endsWith('.d.ts')), names.join('\n'))
  const first = await commandOf(program, { modules })

  const loadingProgram: StageProgram = {
    root: { kind: 'narrow', input: { kind: 'source' }, op: { kind: 'mapPartitions', fn: loading as never } },
    sink: { kind: 'collect' },
  }
  const grown = await packages.placesFor([await captureClosures(loadingProgram)])
  assert.equal(sent.length, 2)
  const second = await commandOf(loadingProgram, { modules: grown })
  const again = await commandOf(program, { modules: grown })

  fs.rmSync(path.join(app, 'node_modules'), { recursive: true })
  const connection = await executor.connect()
  for (const [command, wanted] of [
    [first, 'HELLO ANN'],
    [second, 'bye Ann'],
    [again, 'HELLO ANN'],
  ] as const) {
    const answer = await connection.run('4.3', { command }, [row(0, 0, 0, 0, codec.encode(['Ann']))])
    assert.equal(answer.kind, 'done', 'text' in answer ? answer.text : '')
    assert(answer.kind === 'done')
    assert.deepEqual(
      answer.rows.flatMap(({ block }) => codec.decode(block)),
      [wanted],
    )
  }
})

test('packages that stand behind symbolic links are found', async () => {
  const app = project('linked', {
    'app.mjs': `import outer from 'outer'; export const fn = (value) => outer(value)`,
    'node_modules/.store/outer@1/node_modules/outer/package.json': manifest('outer', { dependencies: { inner: '1' } }),
    'node_modules/.store/outer@1/node_modules/outer/index.js': `const inner = require('inner'); module.exports = (v) => inner(v) + 1`,
    'node_modules/.store/inner@1/node_modules/inner/package.json': manifest('inner'),
    'node_modules/.store/inner@1/node_modules/inner/index.js': `module.exports = (v) => v * 10`,
  })
  fs.symlinkSync('.store/outer@1/node_modules/outer', path.join(app, 'node_modules/outer'))
  fs.symlinkSync('../../inner@1/node_modules/inner', path.join(app, 'node_modules/.store/outer@1/node_modules/inner'))
  const { fn } = (await import(pathToFileURL(path.join(app, 'app.mjs')).href)) as Record<string, unknown>
  await using executor = new ScriptedExecutor('unix')
  const packages = new PackageArchives(
    ownPlatform(),
    async (folder, archive) => unpack(archive, path.join(executor.directory, folder)),
    path.join(root, 'cache'),
  )
  const program = mapping(fn)
  const modules = await packages.placesFor([await captureClosures(program)])
  const command = await commandOf(program, { modules })
  fs.rmSync(path.join(app, 'node_modules'), { recursive: true })
  const connection = await executor.connect()
  const answer = await connection.run('4.3', { command }, [row(0, 0, 0, 0, codec.encode([4]))])
  assert.equal(answer.kind, 'done', 'text' in answer ? answer.text : '')
  assert(answer.kind === 'done')
  assert.deepEqual(
    answer.rows.flatMap(({ block }) => codec.decode(block)),
    [41],
  )
})

test('a package with a native add-on for another platform is refused by its name', async () => {
  const app = project('native', {
    'app.mjs': `import fast from 'fast'; export const fn = (value) => fast(value)`,
    'node_modules/fast/package.json': manifest('fast', { dependencies: { 'fast-native': '1' } }),
    'node_modules/fast/index.js': `module.exports = (value) => value`,
    'node_modules/fast-native/package.json': manifest('fast-native'),
    'node_modules/fast-native/index.js': `module.exports = () => require('./build/fast.node')`,
    'node_modules/fast-native/build/fast.node': FOREIGN_ADDON,
  })
  const { fn } = (await import(pathToFileURL(path.join(app, 'app.mjs')).href)) as Record<string, unknown>
  const payload = await captureClosures(mapping(fn))
  const packages = new PackageArchives(
    ownPlatform(),
    async () => assert.fail('nothing is sent'),
    path.join(root, 'cache'),
  )
  await assert.rejects(
    packages.placesFor([payload]),
    /cannot ship the package fast-native .*its native code is for Linux/,
  )
})

test('files that several packages have alike travel once, and stand in each of them', async () => {
  const large = `module.exports = () => ${JSON.stringify('0123456789abcdef'.repeat(20_000))}.length`
  const app = project('alike', {
    'app.mjs': `import a from 'first'; import b from 'second'; export const fn = (value) => a() + b() + value`,
    'node_modules/first/package.json': manifest('first'),
    'node_modules/first/index.js': large,
    'node_modules/second/package.json': manifest('second'),
    'node_modules/second/index.js': large,
  })
  const { fn } = (await import(pathToFileURL(path.join(app, 'app.mjs')).href)) as Record<string, unknown>
  const folder = path.join(root, 'alike-unpacked')
  let tarBytes = 0
  const packages = new PackageArchives(
    ownPlatform(),
    async (_folder, archive) => {
      unpack(archive, folder)
      tarBytes = gunzipSync(fs.readFileSync(archive.path)).length
    },
    path.join(root, 'cache'),
  )
  await packages.placesFor([await captureClosures(mapping(fn))])
  assert(tarBytes > large.length && tarBytes < 1.5 * large.length, `${tarBytes} bytes`)
  for (const name of ['first', 'second']) {
    assert.equal(fs.readFileSync(path.join(folder, '0', 'node_modules', name, 'index.js'), 'utf8'), large)
  }
})
