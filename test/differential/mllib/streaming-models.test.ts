import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { SparkConf, SparkContext } from '../../../src/index.ts'
import { StreamingHarness } from '../../../src/testing/index.ts'
import { type ModelState, modelRuns, setUpRun } from './runs.ts'

/** What PySpark's models are after each batch, by the name of the run. */
const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, readonly ModelState[]>
>
const RELATIVE = 1e-9
/** Of so many runs one is made; of all where jobs are fast. */
const PART = Number(process.env.MLLIB_PART ?? 1)

let sc: SparkContext
before(() => {
  const master = process.env.MLLIB_MASTER ?? 'local[2]'
  // Both files of recorded runs may be in one process.
  sc = SparkContext.getOrCreate(new SparkConf(false).setMaster(master).setAppName('streaming models'))
})
after(() => sc.stop())

function assertNear(actual: number, expected: number, what: string): void {
  const difference = Math.abs(actual - expected)
  assert(difference <= RELATIVE * Math.abs(expected), `${what}: ${actual}, but ${expected} in Spark`)
}

function assertState(actual: ModelState, expected: ModelState, what: string): void {
  assert.equal(actual.weights.length, expected.weights.length)
  expected.weights.forEach((weight, i) => {
    assertNear(actual.weights[i]!, weight, `${what}, weight ${i}`)
  })
  expected.centers?.forEach((center, c) => {
    center.forEach((value, i) => {
      assertNear(actual.centers![c]![i]!, value, `${what}, centre ${c} at ${i}`)
    })
  })
}

describe(`streaming models are those of PySpark after each batch, to ${RELATIVE} of each number`, () => {
  for (const [index, run] of modelRuns().entries()) {
    if (index % PART !== 0) continue
    test(run.name, async () => {
      const { batches, model } = setUpRun(run)
      const expected = EXPECTED[run.name]!
      assert.equal(expected.length, batches.length)
      await using harness = new StreamingHarness({ sparkContext: sc })
      model.trainOn(harness.input(batches, run.partitions) as never)
      await harness.ssc.start()
      for (const [batch, state] of expected.entries()) {
        await harness.advance()
        await harness.ssc.awaitTerminationOrTimeout(0)
        assertState(model.state(), state, `batch ${batch}`)
      }
    })
  }
})
