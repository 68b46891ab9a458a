import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { SparkException } from '../errors.ts'
import { parseMasterUrl } from './master-url.ts'

test('local masters give threads and allowed failures', () => {
  const all = availableParallelism()
  const cases: readonly (readonly [url: string, threads: number, maxTaskFailures: number])[] = [
    ['local', 1, 1],
    ['local[3]', 3, 1],
    ['local[*]', all, 1],
    ['local[2,4]', 2, 4],
    ['local[2, 4]', 2, 4],
    ['local[*,3]', all, 3],
    ['local[2,0]', 2, 1],
  ]
  for (const [url, threads, maxTaskFailures] of cases) {
    assert.deepEqual(parseMasterUrl(url), { kind: 'local', threads, maxTaskFailures }, url)
  }
})

test('a Spark Connect URL is recognised', () => {
  assert.deepEqual(parseMasterUrl('sc://host:15002/;token=x'), { kind: 'spark', url: 'sc://host:15002/;token=x' })
})

test('a wrong master URL is refused in the words of Spark', () => {
  for (const url of [
    '',
    'foo',
    'LOCAL',
    'local[x]',
    'local[-1]',
    'local[ 2 ]',
    'local [2]',
    'local[2',
    'local[]',
    'spark://h:1',
  ]) {
    assert.throws(
      () => parseMasterUrl(url),
      (error) =>
        error instanceof SparkException &&
        error.code === 'INVALID_MASTER_URL' &&
        error.message.startsWith(`Could not parse Master URL: '${url}'`),
      url,
    )
  }
  assert.throws(() => parseMasterUrl('local[0]'), /Asked to run locally with 0 threads/)
})
