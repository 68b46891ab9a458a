import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DStream, RDD, SparkConf, SparkContext, StreamingContext } from '../../src/index.ts'
import { ROOT } from './code-blocks.ts'

/** What the short names of the table's last column stand for. */
const RECEIVERS: Readonly<Record<string, object>> = {
  rdd: RDD.prototype,
  a: RDD.prototype,
  sc: SparkContext.prototype,
  conf: SparkConf.prototype,
  ssc: StreamingContext.prototype,
  ds: DStream.prototype,
  SparkContext,
  StreamingContext,
}

test('every call in the last column of docs/porting.md exists', async () => {
  const page = await readFile(join(ROOT, 'docs/porting.md'), 'utf8')
  const cells = page.split('\n').flatMap((line) => /^\| .* \| .* \| (.*) \|$/.exec(line)?.[1] ?? [])
  const calls = cells.flatMap((cell) => [
    ...cell.matchAll(/\b(rdd|a|sc|conf|ssc|ds|SparkContext|StreamingContext)\.(\w+)\(/g),
  ])
  const missing = calls.flatMap(([, holder, name]) => (name! in RECEIVERS[holder!]! ? [] : [`${holder}.${name}`]))
  assert.deepEqual(missing, [])
  assert(calls.length > 40)
})
