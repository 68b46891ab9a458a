import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatOfSource } from './module-format.ts'

test('a text with the syntax of an ES module is one', () => {
  for (const source of [
    `import { a } from 'b'`,
    `import a from 'b'`,
    `import a, { c } from 'b'`,
    `import * as a from 'b'`,
    `import 'b'`,
    `import type { A } from 'b'`,
    `import{a}from"b"`,
    'export const a = 1',
    'export default 1',
    `export * from 'b'`,
    'await start()',
    'const a = await start()',
    'for await (const a of b) a()',
  ]) {
    assert.equal(formatOfSource(`#!/usr/bin/env node\n// a program\n${source}\n`), 'module', source)
  }
})

test('a text that uses what only CommonJS has, or nothing of either, is CommonJS', () => {
  for (const source of [
    `const a = require('b')`,
    `import a = require('b')`,
    `import { a } from 'b'\nexport = a`,
    `import { a } from 'b'\nconsole.log(__dirname)`,
    'module.exports = 1',
    'exports.a = 1',
    'console.log(1)',
    'async function f() {\n  await g()\n}',
    `const load = () => import('b')`,
    ' * import { a } from ',
  ]) {
    assert.equal(formatOfSource(source), 'commonjs', source)
  }
})
