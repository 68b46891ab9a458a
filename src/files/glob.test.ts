import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IllegalArgumentException } from '../errors.ts'
import { compileGlobSegment, expandSlashGroups } from './glob.ts'

const names = [
  '-',
  '!',
  ']',
  '^',
  '2.txt',
  '.dot',
  '_low',
  'B.txt',
  'a',
  'a(1).txt',
  'a+b.txt',
  'a,b.txt',
  'a[1]',
  'a{1}',
  'b.txt',
  'é',
  '😀',
]

function matching(glob: string): string[] {
  const segment = compileGlobSegment(glob)
  return names.filter((name) => (segment.kind === 'name' ? segment.name === name : segment.matches(name)))
}

/** What Spark's `textFile` lists for these names, hidden ones put back. */
const expected: readonly (readonly [glob: string, matches: readonly string[]])[] = [
  ['*', names],
  ['**', names],
  ['?', ['-', '!', ']', '^', 'a', 'é', '😀']],
  ['?.txt', ['2.txt', 'B.txt', 'b.txt']],
  ['[a-b].txt', ['b.txt']],
  ['[^a-b].txt', ['2.txt', 'B.txt']],
  ['[!a-b].txt', ['2.txt', 'B.txt']],
  ['[a-]', ['-', 'a']],
  ['[-a]', ['-', 'a']],
  ['[]]', [']']],
  ['[é-😀]', ['é', '😀']],
  ['a(*', ['a(1).txt']],
  ['a+*', ['a+b.txt']],
  ['a?b.txt', ['a+b.txt', 'a,b.txt']],
  ['a,b.txt', ['a,b.txt']],
  ['a\\{1\\}', ['a{1}']],
  ['a\\[1\\]', ['a[1]']],
  ['a{1}', []],
  ['{a,b.txt}', ['a', 'b.txt']],
  ['{a{1,(},b}*', ['a(1).txt', 'b.txt']],
  ['{,a}', ['a']],
  ['a}', []],
  ['.*', ['.dot']],
]

test('a segment matches the names that Hadoop matches', async (t) => {
  for (const [glob, matches] of expected) {
    await t.test(glob, () => assert.deepEqual(matching(glob), matches))
  }
})

test('a segment without wildcards is a plain name, its escapes taken away', () => {
  assert.deepEqual(compileGlobSegment('a\\*b'), { kind: 'name', name: 'a*b' })
  assert.equal(compileGlobSegment('a]}').kind, 'name')
  assert.equal(compileGlobSegment('{a}').kind, 'pattern')
})

test('a malformed pattern is refused with the pattern and the place', () => {
  const cases = [
    ['[a', 'Unclosed character class at pos 0'],
    ['x{a', 'Unclosed group at pos 3'],
    ['[^]', 'Unclosed character class at pos 0'],
    ['[z-a]', 'invalid character class range'],
    ['a\\', 'An escaped character does not present at 2'],
  ] as const
  for (const [glob, reason] of cases) {
    assert.throws(
      () => compileGlobSegment(glob),
      (error: unknown) => {
        assert(error instanceof IllegalArgumentException)
        assert.equal(error.code, 'ILLEGAL_FILE_PATTERN')
        assert(error.message.startsWith(`Illegal file pattern: ${reason}`), error.message)
        assert(error.message.includes(`\`${glob}\``), error.message)
        return true
      },
    )
  }
})

test('only groups that hold a slash are expanded, inner ones with them', () => {
  assert.deepEqual(expandSlashGroups('/t/{x/a,y/b}.txt'), ['/t/x/a.txt', '/t/y/b.txt'])
  assert.deepEqual(expandSlashGroups('/t/{a,b}/{c/d,e}'), ['/t/{a,b}/c/d', '/t/{a,b}/e'])
  assert.deepEqual(expandSlashGroups('/{a,{b/c,d}}'), ['/a', '/b/c', '/d'])
  assert.deepEqual(expandSlashGroups('/{a,{b,c}}/d'), ['/{a,{b,c}}/d'])
  assert.deepEqual(expandSlashGroups('/\\{a/b\\}'), ['/\\{a/b\\}'])
  assert.deepEqual(expandSlashGroups('/{a/b'), ['/{a/b'])
})

test('any name escaped character by character matches itself and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }), (name, other) => {
      const escaped = [...name].map((character) => `\\${character}`).join('')
      assert.deepEqual(compileGlobSegment(escaped), { kind: 'name', name })
      const pattern = compileGlobSegment(`{${escaped}}`)
      assert(pattern.kind === 'pattern' && pattern.matches(name) && pattern.matches(other) === (name === other))
    }),
  )
})
