import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { reviveError } from '../../src/closure/driver/index.ts'
import { serializeError } from '../../src/closure/worker/index.ts'
import { ClosureWorker } from './closure-worker.ts'

const worker = new ClosureWorker()
after(() => worker[Symbol.asyncDispose]())

function lineHere(): number {
  return Number(/errors\.test\.ts:(\d+)/.exec(new Error().stack!.split('\n')[2]!)![1])
}

async function thrownBy(fn: () => unknown): Promise<Error & Record<string, unknown>> {
  try {
    await worker.call(fn)
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new assert.AssertionError({ message: 'nothing was thrown' })
}

class BadRecord extends Error {
  readonly code = 'BAD_RECORD'
  readonly at: { offset: number } = { offset: 7 }
}

test('an error arrives with its name, message, cause and fields', async () => {
  const error = await thrownBy(() => {
    throw new BadRecord('no comma', { cause: new TypeError('inner', { cause: 'root' }) })
  })
  assert.equal(error.name, 'BadRecord')
  assert.equal(error.message, 'no comma')
  assert.equal(error.code, 'BAD_RECORD')
  assert.deepEqual(error.at, { offset: 7 })
  const cause = error.cause as Error
  assert.ok(cause instanceof TypeError)
  assert.equal(cause.message, 'inner')
  assert.equal(cause.cause, 'root')
})

test("its stack shows the user's file, line and column, and no frame of the worker's own", async () => {
  let calls = 0
  const first = lineHere() + 2
  // biome-ignore format: the column is what is tested
  const inner = (x: string) => { calls++; const counted = calls; throw new RangeError(`${x}${counted}`) }
  const outer = (x: string) => inner(x)
  const error = await thrownBy(() => outer('a'))
  const frames = error.stack!.split('\n').slice(1)
  assert.match(frames[0]!, new RegExp(`at inner \\(.*/errors\\.test\\.ts:${first}:72\\)$`))
  assert.match(frames[1]!, new RegExp(`at outer \\(.*/errors\\.test\\.ts:${first + 1}:32\\)$`))
  assert.match(frames[2]!, new RegExp(`errors\\.test\\.ts:${first + 2}:`))
  assert.ok(error.stack!.startsWith('RangeError: a1\n'))
  assert.equal(
    frames.some((frame) => frame.includes('#closure')),
    false,
  )
})

test('a method of a class that was rewritten keeps its columns', async () => {
  let count = 0
  class Parser {
    static made = 0
    #text = 'x'
    readonly size = 1
    // biome-ignore format: the column is what is tested
    parse() { count++; const text = this.#text; if (count > 0) throw new SyntaxError(text) }
  }
  const parser = new Parser()
  const line = lineHere() - 3
  const error = await thrownBy(() => parser.parse())
  assert.match(error.stack!, new RegExp(`at Parser\\.parse \\(.*/errors\\.test\\.ts:${line}:70\\)`))
})

test('an AggregateError arrives with its errors', async () => {
  const error = await thrownBy(() => {
    throw new AggregateError([new Error('one'), 'two'], 'both')
  })
  assert.ok(error instanceof AggregateError)
  assert.equal((error.errors[0] as Error).message, 'one')
  assert.equal(error.errors[1], 'two')
})

test('what is thrown and is no error arrives in an error', async () => {
  const error = await thrownBy(() => {
    throw { status: 404 }
  })
  assert.equal(error.message, 'a value that is no Error was thrown: {"status":404}')
  assert.deepEqual(error.thrown, { status: 404 })
})

test('an error whose parts cannot be read is still sent', () => {
  const hostile = new Error('x')
  Object.defineProperty(hostile, 'message', {
    get() {
      throw new Error('never')
    },
  })
  Object.assign(hostile, { fn: () => {}, fine: 1 })
  const revived = reviveError(structuredClone(serializeError(hostile)))
  assert.equal(revived.message, '')
  assert.equal((revived as unknown as { fine: number }).fine, 1)
})
