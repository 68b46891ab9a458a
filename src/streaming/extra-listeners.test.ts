import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'

after(useReferenceEngine())

let directory = ''
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-listeners-'))
})
after(() => rm(directory, { recursive: true }))

test('the settings may name listeners, which hear of everything from the start', async () => {
  const file = join(directory, 'listener.mjs')
  await writeFile(
    file,
    `export const heard = []
export default class { onStreamingStarted() { heard.push('started') }; onBatchCompleted() { heard.push('completed') } }`,
  )
  const { heard } = (await import(file)) as { heard: string[] }
  {
    await using harness = new StreamingHarness({ conf: { 'spark.streaming.extraListeners': `${file}, ` } })
    harness.input([[1]]).foreachRDD(() => {})
    await harness.ssc.start()
    await harness.advance()
  }
  assert.deepEqual(heard, ['started', 'completed'])
})

test('a listener that cannot be loaded is an error of the start', async () => {
  await using harness = new StreamingHarness({ conf: { 'spark.streaming.extraListeners': './no-such-listener.js' } })
  harness.input([[1]]).foreachRDD(() => {})
  await assert.rejects(harness.ssc.start(), {
    name: 'IllegalArgumentException',
    message: /^spark\.streaming\.extraListeners names \.\/no-such-listener\.js, which cannot be used/,
  })
  assert.equal(harness.ssc.getState(), 'STOPPED')
})
