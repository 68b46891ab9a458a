import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { root, Seconds, useCheckpointRoot } from '../../../test/streams/recovery-run.ts'
import { ManualClock } from '../../batches/manual-clock.ts'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'

useCheckpointRoot()

describe('getOrCreate', () => {
  const conf = () => new SparkConf(false).setMaster('local[1]').setAppName('recovery')
  const make = (directory: string | null) => {
    const ssc = new StreamingContext(new SparkContext(conf()), 1, { clock: new ManualClock() })
    if (directory !== null) ssc.checkpoint(directory)
    new Seconds(ssc).foreachRDD(() => {})
    return ssc
  }

  test('gives the context its directory unless the setup function did, which must be the same', async () => {
    await using created = await StreamingContext.getOrCreate(root, () => make(null))
    await created.start()
    assert(readdirSync(root).some((name) => name === 'checkpoint-0'))
    await created.stop()
    await assert.rejects(
      StreamingContext.getOrCreate(root, () => make(`${root}/other`)),
      { name: 'CheckpointMismatchError', message: /they must be the same/ },
    )
  })

  test('refuses a setup function that is none, or that starts the context', async () => {
    await assert.rejects(StreamingContext.getOrCreate(root, 3 as never), { code: 'WRONG_ARGUMENT' })
    await (await StreamingContext.getOrCreate(root, () => make(null))).start()
    await StreamingContext.getActive()!.stop()
    const started = async () => {
      const ssc = make(root)
      await ssc.start()
      return ssc
    }
    await assert.rejects(StreamingContext.getOrCreate(root, started), {
      code: 'STREAMING_CONTEXT_STARTED',
      message: /must not start the context/,
    })
  })

  test('begins anew when told so and no checkpoint can be read', async (t) => {
    t.mock.method(process.stderr, 'write', () => true)
    await writeFile(join(root, 'checkpoint-5000'), 'torn')
    await assert.rejects(
      StreamingContext.getOrCreate(root, () => make(null)),
      { message: /^Failed to read checkpoint from directory/ },
    )
    const ssc = await StreamingContext.getOrCreate(root, () => make(null), { createOnError: true })
    await ssc.stop()
  })

  test('getActiveOrCreate gives the running context, else one from the directory, else a new one', async () => {
    await using ssc = await StreamingContext.getActiveOrCreate(root, () => make(null))
    assert.equal(StreamingContext.getActive(), null)
    assert.equal(ssc.checkpointDir, root)
    await ssc.start()
    assert.equal(await StreamingContext.getActiveOrCreate(root, () => assert.fail('made another')), ssc)
    assert.equal(await StreamingContext.getActiveOrCreate(null, () => assert.fail('made another')), ssc)
    assert.equal(StreamingContext.getActive(), ssc)
  })
})
