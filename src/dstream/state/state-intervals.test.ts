import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Seconds } from '../../batches/duration.ts'
import { StreamingHarness } from '../../testing/streaming-harness.ts'

test('a state’s checkpoint interval shows itself on the stream that is returned, as in Spark', async () => {
  await using harness = new StreamingHarness()
  const directory = await mkdtemp(join(tmpdir(), 'millstream-streaming-context-'))
  try {
    harness.ssc.checkpoint(directory)
    const stream = harness.input<string, number>([[['a', 1]]])
    const states = stream.updateStateByKey((values: number[], n: number | undefined) => (n ?? 0) + values.length)
    assert.equal(states.checkpoint(Seconds(3)), states)
    const window = stream
      .reduceByKeyAndWindow(
        (a, b) => a + b,
        (a: number, b: number) => a - b,
        2,
        1,
      )
      .checkpoint(4)
    for (const output of [states, window]) output.foreachRDD(() => {})
    await harness.ssc.start()
    await harness.advance(10)
    assert.equal(states.checkpointDuration?.milliseconds, 3000)
    assert.equal(states.rememberDuration.milliseconds, 6000)
    assert.deepEqual([...states.generatedRDDs.keys()], [5000, 6000, 7000, 8000, 9000, 10000])
    assert.equal(window.checkpointDuration?.milliseconds, 4000)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
