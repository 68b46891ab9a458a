import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { JobRequest } from '../../src/engine/engine.ts'
import { type RDD, SparkContext } from '../../src/index.ts'
import { type Record_, records, type Step, step } from './random-programs.ts'
import { recordText } from './record-text.ts'
import { createReferenceEngine } from './reference-engine.ts'

/** More with MILLSTREAM_RANDOM_RUNS, for a search that takes its time. */
const RUNS = Number(process.env.MILLSTREAM_RANDOM_RUNS ?? 300)

/** `MILLSTREAM_RANDOM_MASTER=sc://…` searches on Spark, whose batches take longer: with fewer runs. */
const MASTER = process.env.MILLSTREAM_RANDOM_MASTER ?? 'local[2]'

const program = fc.record({
  records,
  slices: fc.integer({ min: 1, max: 5 }),
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
})

type Program = { readonly records: Record_[]; readonly slices: number; readonly steps: readonly Step[] }

/** Records by partition, as sorted text: order inside a partition is not compared. */
function shown(partitions: readonly unknown[]): string[][] {
  return partitions.map((records) => (records as unknown[]).map((record) => recordText(record)).sort())
}

describe('random programs', () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext(MASTER, 'random programs')
  })
  after(() => sc.stop())

  function build({ records, slices, steps }: Program): RDD<Record_> {
    return steps.reduce<RDD<Record_>>((rdd, { apply }) => apply(rdd, sc), sc.parallelize<Record_>(records, slices))
  }

  /** The same lineage on the context's engine and on the model. */
  async function both(rdd: RDD<Record_>): Promise<[actual: string[][], model: string[][]]> {
    const properties = sc.jobProperties('collect')
    const request: JobRequest = { node: await rdd.resolve(), sink: { kind: 'collect' }, properties }
    const actual = await sc.runJob(request)
    const model = await createReferenceEngine().runJob(request)
    return [shown(actual), shown(model)]
  }

  test('give the records of the model, partition by partition', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (random) => {
        const rdd = build(random)
        const [actual, model] = await both(rdd)
        assert.deepEqual(actual, model, random.steps.map(({ name }) => name).join(' . '))
      }),
      { numRuns: RUNS, includeErrorInReport: true },
    )
  })

  test('give the same again, from what was cached and from what was shuffled', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (random) => {
        const rdd = build(random)
        const [first] = await both(rdd)
        const [second, model] = await both(rdd)
        assert.deepEqual(second, first)
        assert.deepEqual(second, model)
      }),
      { numRuns: Math.ceil(RUNS / 3), includeErrorInReport: true },
    )
  })

  test('a planted defect in the model is noticed', async () => {
    const property = fc.asyncProperty(program, async (random) => {
      const [actual, model] = await both(build(random))
      assert.deepEqual(
        actual,
        model.map((partition) => partition.slice(0, 5)),
      )
    })
    await assert.rejects(fc.assert(property, { numRuns: 100 }))
  })
})
