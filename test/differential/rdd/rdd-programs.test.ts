import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SparkContext } from '../../../src/index.ts'
import { assertStartsAs, rootMessage } from '../answers.ts'
import { toJson } from '../to-json.ts'
import { PROGRAMS } from './programs.ts'

type Answer = unknown | { readonly error: string }

const expected = JSON.parse(readFileSync(new URL('./expected.json', import.meta.url), 'utf8')) as Record<string, Answer>

describe('RDD programs answer as recorded from Apache Spark', () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext('local[4]', 'rdd programs')
  })
  after(() => sc.stop())

  test('every program was recorded, and every record has its program', () => {
    assert.deepEqual(Object.keys(PROGRAMS).sort(), Object.keys(expected).sort())
  })

  for (const [name, program] of Object.entries(PROGRAMS)) {
    test(name, async () => {
      const files = await mkdtemp(join(tmpdir(), 'millstream-program-'))
      try {
        const answer = expected[name]
        const run = async () => program({ sc, files })
        if (isError(answer)) await assert.rejects(run, (error: Error) => startsAs(error, answer.error))
        else assertAnswer(JSON.parse(toJson(await run())), answer)
      } finally {
        await rm(files, { recursive: true })
      }
    })
  }
})

/** Equal, or for a text: beginning with what Spark says, as our messages may say more. */
function assertAnswer(actual: unknown, answer: Answer): void {
  if (typeof answer === 'string' && typeof actual === 'string') assert.equal(actual.slice(0, answer.length), answer)
  else assert.deepEqual(actual, answer)
}

function isError(answer: Answer): answer is { readonly error: string } {
  return typeof answer === 'object' && answer !== null && 'error' in answer
}

function startsAs(error: Error, words: string): boolean {
  assertStartsAs(rootMessage(error), words)
  return true
}
