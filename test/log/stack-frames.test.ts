import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IllegalArgumentException, SparkException } from '../../src/errors.ts'
import { foldStack, foldStackOf, setFullStacks } from '../../src/stack-frames.ts'

const library = new URL('../../src/rdd/rdd.ts', import.meta.url).href
const STACK = `TypeError: no
    at inner (/app/app.ts:3:9)
    at collect (${library}:5:1)
    at new Promise (<anonymous>)
    at async /app/app.ts:7:1
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`

test('frames of the library and of Node are folded away, the user’s stay', () => {
  assert.equal(foldStack(STACK), 'TypeError: no\n    at inner (/app/app.ts:3:9)\n    at async /app/app.ts:7:1')
})

test('a stack without a line of the user stays as it is', () => {
  const stack = `Error: no\n    at collect (${library}:5:1)`
  assert.equal(foldStack(stack), stack)
})

test('the setting keeps all frames', (t) => {
  t.after(() => setFullStacks(false))
  setFullStacks(true)
  assert.equal(foldStack(STACK), STACK)
})

test('an error that another one caused does not keep frames of the library alone', () => {
  const error = new Error('outer', { cause: new Error('inner') })
  error.stack = `Error: outer\n    at collect (${library}:5:1)`
  foldStackOf(error)
  assert.equal(error.stack, 'Error: outer')
})

test('an error of this library keeps none of its own frames, any other one does', () => {
  const stack = `Error: no\n    at collect (${library}:5:1)`
  const [ours, other] = [new Error('no'), new Error('no')]
  ours.stack = stack
  other.stack = stack
  foldStackOf(ours, true)
  foldStackOf(other)
  assert.deepEqual([ours.stack, other.stack], ['Error: no', stack])
})

test('the errors of this library come with the user’s frames only, and their own name first', () => {
  const { stack } = new IllegalArgumentException('X', 'wrong')
  assert.match(stack ?? '', /^IllegalArgumentException: wrong\n\s+at .*stack-frames\.test\.ts:\d+:\d+/)
  assert.doesNotMatch(stack ?? '', /errors\.ts|node:internal/)
})

test('an error whose stack cannot be set is left alone', () => {
  const error = Object.freeze(new SparkException('X', 'frozen'))
  foldStackOf(error)
  assert.equal(error.message, 'frozen')
})
