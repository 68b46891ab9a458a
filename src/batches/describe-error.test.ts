import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SparkException } from '../errors.ts'
import { setFullStacks } from '../stack-frames.ts'
import { describeFailure } from './describe-error.ts'

function withStack(error: Error, ...frames: string[]): Error {
  error.stack = [`${error.name}: ${error.message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n')
  return error
}

test('a failed job shows the user’s error and lines first, and then what failed, without saying the reason twice', () => {
  const cause = withStack(new TypeError('bad record'), 'parse (/app.ts:5:22)', '/app.ts:8:43')
  const error = new SparkException(
    'JOB_ABORTED',
    'Job aborted: Lost task 1: TypeError: bad record (collect at app.ts:8:1)',
    {
      cause,
    },
  )
  assert.equal(
    describeFailure(error),
    'TypeError: bad record\n    at parse (/app.ts:5:22)\n    at /app.ts:8:43\n  SparkException: Job aborted: Lost task 1 (collect at app.ts:8:1)',
  )
})

test('a failure takes nine lines at most, unless full stacks are asked for', (t) => {
  const frames = Array.from({ length: 20 }, (_, line) => `step${line} (/app.ts:${line}:1)`)
  const inner = withStack(new RangeError('one\ntwo\nthree\nfour\nfive'), ...frames)
  const cause = withStack(new Error('cannot parse', { cause: inner }), ...frames)
  const error = new SparkException('JOB_ABORTED', 'Job aborted: Error: cannot parse', { cause })
  const lines = describeFailure(error).split('\n')
  assert(lines.length <= 9, lines.join('\n'))
  assert.equal(lines[0], 'Error: cannot parse')
  assert(lines.includes('Caused by: RangeError: one'))
  assert.equal(lines.at(-1), '  SparkException: Job aborted')
  t.after(() => setFullStacks(false))
  setFullStacks(true)
  assert(describeFailure(error).includes('step19'))
})

test('what is no Error is shown as text', () => {
  assert.equal(describeFailure('gone'), 'gone')
  assert.equal(describeFailure(undefined), 'undefined')
})
