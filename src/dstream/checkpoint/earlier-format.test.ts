import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ManualClock } from '../../batches/manual-clock.ts'
import { Time } from '../../batches/time.ts'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { Receiver } from '../../sources/receiver/receiver.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'

const RECORDED = fileURLToPath(new URL('../../../test/fixtures/checkpoints/version-1', import.meta.url))

/** Brings nothing by itself: what it has stored is in the recorded log. */
class Silent extends Receiver<number> {
  override onStart(): void {}
  override onStop(): void {}
}

/** What a run of version 1 left behind, as if it had run in `root`. */
function putRecorded(root: string): void {
  mkdirSync(join(root, 'in'))
  for (let i = 1; i <= 4; i++) {
    const file = join(root, `in/${i}.txt`)
    writeFileSync(file, `${i * 10}\n`)
    utimesSync(file, i - 0.5, i - 0.5)
  }
  const checkpoints = join(root, 'checkpoints')
  cpSync(join(RECORDED, 'receivedData'), join(checkpoints, 'receivedData'), { recursive: true })
  const body = Buffer.from(readFileSync(join(RECORDED, 'checkpoint-4000.json'), 'utf8').replaceAll('ROOT', root))
  const sha256 = createHash('sha256').update(body).digest('hex')
  const header = { format: 'millstream-checkpoint', version: 1, bytes: body.length, sha256 }
  writeFileSync(join(checkpoints, 'checkpoint-4000'), `${JSON.stringify(header)}\n${body}`)
}

test('a checkpoint of version 1 is gone on from: failed batches run again with what they had read', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'millstream-version-1-'))
  t.after(() => rmSync(root, { recursive: true }))
  putRecorded(root)
  const totals: [time: number, totals: unknown][] = []
  const clock = new ManualClock(4000)
  // The program that wrote it: two batches were completed, and those at 3000 and 4000 failed in their output operation.
  const ssc = await StreamingContext.getOrCreate(join(root, 'checkpoints'), () => {
    const conf = new SparkConf(false).setMaster('local[1]').setAppName('version 1')
    const sc = new SparkContext(conf.set('spark.streaming.receiver.writeAheadLog.enable', 'true'))
    const made = new StreamingContext(sc, 1, { clock })
    const lines = made
      .fileStream(join(root, 'in'), { newFilesOnly: false })
      .map((line) => ['lines', Number(line)] as [string, number])
    const numbers = made.receiverStream(new Silent()).map((n) => ['numbers', n] as [string, number])
    lines
      .union(numbers)
      .updateStateByKey((values: number[], total: number | undefined) => values.reduce((a, b) => a + b, total ?? 0))
      .name('totals')
      .foreachRDD(async (rdd, time) => {
        totals.push([time.milliseconds, Object.fromEntries(await rdd.collect())])
      })
    return made
  })
  await ssc.start()
  clock.advance(1000)
  await ssc.batchProcessed(new Time(5000))
  await ssc.stop()
  assert.deepEqual(totals, [
    [3000, { lines: 60, numbers: 6 }],
    [4000, { lines: 100, numbers: 10 }],
    // One block had been stored and was given to no batch.
    [5000, { lines: 100, numbers: 15 }],
  ])
})
