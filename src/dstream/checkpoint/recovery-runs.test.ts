import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expectedTotals, run, totals, useCheckpointRoot } from '../../../test/streams/recovery-run.ts'
import type { DStream } from '../dstream.ts'

useCheckpointRoot()

describe('a run that goes on where another ended', () => {
  test('has its state, makes up for missed batches with their own times, and runs no completed one again', async () => {
    await run({ from: 0, to: 12 }, totals)
    const batches = await run({ from: 15, to: 16 }, totals)
    assert.deepEqual(Object.keys(batches), ['13', '14', '15', '16'])
    for (const second of [13, 14, 15, 16]) assert.deepEqual(batches[second], expectedTotals(second))
  })

  test('goes on from run to run, whether a state was written in between or not', async () => {
    for (const [from, to] of [
      [0, 3],
      [3, 9],
      [9, 31],
      [31, 33],
      [40, 41],
    ] as const) {
      const batches = await run({ from, to }, totals)
      for (const [second, records] of Object.entries(batches)) {
        assert.deepEqual(records, expectedTotals(Number(second)), `batch ${second}`)
      }
    }
  })

  test('runs a batch that failed again', async () => {
    let isBroken = true
    const define = (source: DStream<[string, number]>) => {
      source.foreachRDD((_, time) => {
        if (isBroken && time.milliseconds === 2000) throw new Error('the database is away')
      })
      return source
    }
    await run({ from: 0, to: 4 }, define)
    isBroken = false
    assert.deepEqual(Object.keys(await run({ from: 4, to: 5 }, define)), ['2', '5'])
  })

  test('takes its settings from the new program', async () => {
    await run({ from: 0, to: 2, conf: { 'spark.app.mark': 'old', 'spark.default.parallelism': '2' } }, totals)
    let mark = ''
    const batches = await run(
      { from: 2, to: 3, conf: { 'spark.app.mark': 'new', 'spark.default.parallelism': '5' } },
      (source, ssc) => {
        mark = ssc.sparkContext.getConf().get('spark.app.mark')
        return totals(source)
      },
    )
    assert.equal(mark, 'new')
    assert.deepEqual(batches[3], expectedTotals(3))
  })

  test('repartitions a state when the program now wants other partitions', async () => {
    await run({ from: 0, to: 11 }, totals)
    const batches = await run({ from: 11, to: 12 }, (source) =>
      source
        .updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 5)
        .name('updateStateByKey-moved'),
    ).catch((error: Error) => error.message)
    assert.match(String(batches), /does not have: 'updateStateByKey-[0-9a-f]{12}'/)
    const again = await run({ from: 11, to: 12 }, (source) =>
      source.updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 5),
    )
    assert.deepEqual(again[12], expectedTotals(12))
  })
})

test('a recovery says from which checkpoint it goes on, and with how many batches', async (t) => {
  const lines: string[] = []
  t.mock.method(process.stderr, 'write', (line: string) => lines.push(line) > 0)
  await run({ from: 0, to: 3 }, (source) => source)
  assert.equal(lines.filter((line) => line.includes('Going on')).length, 0)
  await run({ from: 6, to: 7 }, (source) => source)
  const [line = '', ...others] = lines.filter((each) => each.includes('Going on'))
  assert.match(
    line,
    /Going on from checkpoint-3000 in file:\S+; batches that were not completed and run again: 0; batches that were missed since and are made up for: 3/,
  )
  assert.deepEqual(others, [])
})
