import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeError } from '../../closure/worker/index.ts'
import { formatErrorText } from './error-text.ts'
import { javascriptErrors } from './function-errors.ts'

class BadRecord extends Error {
  override readonly name = 'BadRecord'
}

test("a function's error is made again from the message that Spark passes on, which then reads without its data", () => {
  const text = formatErrorText(serializeError(new BadRecord('no number', { cause: new RangeError('inner') })))
  const messages = ['Job aborted.', `org.apache.spark.api.python.PythonException: ${text}\n\tat a.b.C`]
  const cause = javascriptErrors.causeIn(messages)
  assert(cause instanceof Error)
  assert.equal(cause.name, 'BadRecord')
  assert.equal(cause.message, 'no number')
  assert(cause.cause instanceof RangeError)
  const readable = javascriptErrors.readable(messages[1]!)
  assert.match(readable, /PythonException: BadRecord: no number\n/)
  assert.doesNotMatch(readable, /millstream:/)
})

test('messages without an error of a function have no cause and stay as they are', () => {
  assert.equal(javascriptErrors.causeIn(['Job aborted.', 'Executor lost']), undefined)
  assert.equal(javascriptErrors.readable('Executor lost'), 'Executor lost')
})
