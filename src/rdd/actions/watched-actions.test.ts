import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { ACTIONS } from './watched-actions.ts'

test('every method of an RDD that gives a promise is watched', async () => {
  const source = await readFile(new URL('../rdd.ts', import.meta.url), 'utf8')
  const methods = new Set<string>()
  let method = ''
  for (const line of source.split('\n')) {
    method = /^ {2}(?:async )?(\w+)(?:<.*>)?\(/.exec(line)?.[1] ?? method
    if (/\): Promise<.*[{)]?$/.test(line) && /^ {2}\S/.test(line)) methods.add(method)
  }
  assert(methods.size > 40)
  assert.deepEqual([...methods].sort(), [...ACTIONS])
})
