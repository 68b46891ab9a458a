import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { captureClosures } from '../closure/driver/index.ts'
import { StreamingHarness } from '../testing/index.ts'

after(useReferenceEngine())

test('a function that uses a stream or its context is refused, and told what to do instead', async () => {
  await using harness = new StreamingHarness()
  const { ssc } = harness
  const words = harness.input([['a']])
  const lengths = words.map((word) => word.length)
  for (const [fn, name] of [
    [() => words.toString(), 'words'],
    [() => lengths.toString(), 'lengths'],
    [() => ssc.getState(), 'ssc'],
  ] as const) {
    assert.throws(() => captureClosures(fn), {
      code: 'CLOSURE_NOT_SHIPPABLE',
      message: new RegExp(
        `it uses '${name}' \\(an? \\w+\\), which is of the driver alone: .*; read what .* into a local`,
      ),
    })
  }
})
