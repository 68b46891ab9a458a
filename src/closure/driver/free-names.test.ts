import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDeclarations, findFreeNames } from './free-names.ts'
import { parseFunction, parseScript } from './syntax.ts'

function freeIn(text: string): string[] {
  return [...findFreeNames(parseFunction(text)!.node).names.keys()].sort()
}

test('names that are declared anywhere inside are not free', () => {
  assert.deepEqual(
    freeIn('(a, { b, c: [d] = e }, ...f) => { g(); function g() {} var h = i; let j; return a + b + d + f + h + j }'),
    ['e', 'i'],
  )
  assert.deepEqual(
    freeIn('function f(x) { for (const y of x) { var z = y } try { q } catch ({ m }) { m } return z + f }'),
    ['q'],
  )
  assert.deepEqual(freeIn('class A extends B { [c] = d; #e = A; static { f } m(g) { return g + this.#e } }'), [
    'B',
    'c',
    'd',
    'f',
  ])
})

test('properties, labels and keys are no names', () => {
  assert.deepEqual(freeIn('(o) => { out: for (;;) { break out } return { key: o.member, short, [computed]: 1 } }'), [
    'computed',
    'short',
  ])
})

test('a name is free where it stands outside of the block that declares it', () => {
  assert.deepEqual(freeIn('() => { { let x = 1 } return x }'), ['x'])
  assert.deepEqual(freeIn('() => { if (a) { var x = 1 } return x }'), ['a'])
})

test('assignments of every form are writes, and lazy ones are told apart', () => {
  const { names } = findFreeNames(
    parseFunction('() => { [a, { k: b = 1, c }] = x; d++; for (e of x); f ??= 1; if (!g) g = 1; h = 1 }')!.node,
  )
  const written = [...names.values()].filter(({ uses }) => uses.some((use) => use.write)).map(({ name }) => name)
  assert.deepEqual(written.sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
  const lazy = [...names.values()].filter(({ uses }) => uses.some((use) => use.lazy)).map(({ name }) => name)
  assert.deepEqual(lazy.sort(), ['f', 'g'])
})

test('this, super, import.meta, import() and eval are seen where they belong to the code outside', () => {
  const arrow = findFreeNames(
    parseFunction('() => [this, import.meta.url, import("x"), function () { return this }]')!.node,
  )
  assert.equal(arrow.outerThis.length, 1)
  assert.equal(arrow.importMeta.length, 1)
  assert.equal(arrow.dynamicImports.length, 1)
  assert.equal(findFreeNames(parseFunction('m() { return super.m() }')!.node).usesSuper, true)
  assert.equal(findFreeNames(parseFunction('() => ({ m() { return super.m() } })')!.node).usesSuper, false)
  assert.equal(findFreeNames(parseFunction('() => eval("x")')!.node).usesEval, true)
})

test("a script's variables are told to be constant or not, as each function sees them", () => {
  const text = 'let a = 1; const b = 2; let c = 3; { let a = 4; f = () => a } g = () => a + b + c; a++'
  const { lookUp } = findDeclarations(parseScript(text, true)!)!
  const f = text.indexOf('() => a }')
  const g = text.indexOf('() => a + b')
  assert.deepEqual(lookUp(f, 'a'), { kind: 'let', isAssigned: false })
  assert.deepEqual(lookUp(g, 'a'), { kind: 'let', isAssigned: true })
  assert.deepEqual(lookUp(g, 'b'), { kind: 'const', isAssigned: false })
  assert.deepEqual(lookUp(g, 'c'), { kind: 'let', isAssigned: false })
  assert.equal(lookUp(g, 'unknown'), undefined)
})
