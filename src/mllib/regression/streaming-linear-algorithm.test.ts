import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SparkContext } from '../../context/spark-context.ts'
import type { DStream } from '../../dstream/dstream.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingHarness } from '../../testing/streaming-harness.ts'
import { StreamingLogisticRegressionWithSGD } from '../classification/streaming-logistic-regression.ts'
import { SquaredL2Updater } from '../optimization/updater.ts'
import { LabeledPoint } from '../records/labeled-point.ts'
import { Vectors } from '../records/vectors.ts'
import { StreamingLinearRegressionWithSGD } from './streaming-linear-regression.ts'

let sc: SparkContext
before(() => {
  sc = new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('streaming regression'))
  sc.setLogLevel('OFF')
})
after(() => sc.stop())

type Model = StreamingLinearRegressionWithSGD | StreamingLogisticRegressionWithSGD

/** Trains a model on batches. @returns the weights after each, and the first error. */
async function train(model: Model, batches: readonly (readonly LabeledPoint[])[]) {
  await using harness = new StreamingHarness({ sparkContext: sc })
  model.trainOn(harness.input(batches, 2) as DStream<LabeledPoint>)
  await harness.ssc.start()
  const weights: (readonly number[])[] = []
  let error: Error | undefined
  for (const _ of batches) {
    await harness.advance()
    await harness.ssc.awaitTerminationOrTimeout(0).catch((thrown) => {
      error ??= thrown
    })
    weights.push(model.latestModel().weights.values)
  }
  return { weights, error }
}

const point = (label: number, ...features: number[]) => new LabeledPoint(label, features)

describe('streaming regression', () => {
  test('comes near the truth, and an empty batch changes nothing', async () => {
    const model = new StreamingLinearRegressionWithSGD(0.5, 100).setConvergenceTol(0).setInitialWeights([0, 0])
    const batch = Array.from({ length: 40 }, (_, i) =>
      point(3 * Math.sin(i) - 2 * Math.cos(i), Math.sin(i), Math.cos(i)),
    )
    const { weights } = await train(model, [batch, [], batch])
    assert.deepEqual(weights[1], weights[0])
    assert(Math.abs(weights[2]![0]! - 3) < 0.01 && Math.abs(weights[2]![1]! + 2) < 0.01, String(weights[2]))
  })

  test('the weight of regularisation has no effect on linear regression, as in Spark, unless the updater has one', async () => {
    const batches = [[point(1, 1), point(2, 2)]]
    const begin = () => new StreamingLinearRegressionWithSGD(0.1, 5).setConvergenceTol(0).setInitialWeights([0])
    const plain = await train(begin(), batches)
    assert.deepEqual((await train(begin().setRegParam(0.5), batches)).weights, plain.weights)
    const ridge = await train(begin().setRegParam(0.5).setUpdater(new SquaredL2Updater()), batches)
    assert(ridge.weights[0]![0]! < plain.weights[0]![0]!)
  })

  test('each batch begins again with the full step, as in Spark, unless steps are continued', async () => {
    const batches = [[point(1, 1)], [point(1, 1)]]
    const begin = () => new StreamingLinearRegressionWithSGD(0.1, 1).setConvergenceTol(0).setInitialWeights([0])
    const again = (await train(begin(), batches)).weights.flat()
    assert.deepEqual(again, [0.1, 0.1 + 0.1 * (1 - 0.1)])
    const on = (await train(begin().setContinuedSteps(true), batches)).weights.flat()
    assert.deepEqual(on, [0.1, 0.1 - (0.1 / Math.sqrt(2)) * (0.1 - 1)])
  })

  test('a label that is neither 0 nor 1 fails the batch with its place, and leaves the model', async () => {
    const model = new StreamingLogisticRegressionWithSGD().setInitialWeights([0])
    const { weights, error } = await train(model, [[point(1, 1), point(0, 2), point(2, 3)]])
    assert.equal((error as { code?: string }).code, 'INPUT_VALIDATION_FAILED')
    assert.match(
      error!.message,
      /^Input validation failed\. Classification labels should be 0 or 1, but record 1 of partition 1 has 2: \(2\.0,\[3\.0\]\) In the batch of 1000 ms/,
    )
    assert.deepEqual(weights, [[0]])
  })

  test('features of another size than the weights fail the batch', async () => {
    const model = new StreamingLinearRegressionWithSGD().setInitialWeights([0, 0])
    const { error } = await train(model, [[point(1, 1, 2), point(1, 2)]])
    assert.equal((error as { code?: string }).code, 'VECTOR_SIZE_MISMATCH')
    assert.match(
      error!.message,
      /non-matching sizes: the model has 2 numbers, record 0 of partition 1 has 1: \(1\.0,\[2\.0\]\)/,
    )
  })

  test('a number that is NaN spoils the weights, as in Spark, unless it is to be refused', async () => {
    const batches = [[point(1, Number.NaN)]]
    const spoiled = await train(new StreamingLinearRegressionWithSGD().setInitialWeights([0]), batches)
    assert.deepEqual(spoiled.weights, [[Number.NaN]])
    const strict = new StreamingLinearRegressionWithSGD().setRejectNonFinite(true).setInitialWeights([0])
    const { weights, error } = await train(strict, batches)
    assert.equal((error as { code?: string }).code, 'NOT_A_FINITE_NUMBER')
    assert.match(error!.message, /record 0 of partition 1 has a number that is NaN or infinite: \(1\.0,\[NaN\]\)/)
    assert.deepEqual(weights, [[0]])
  })

  test('without weights nothing begins', async () => {
    await using harness = new StreamingHarness({ sparkContext: sc })
    const model = new StreamingLinearRegressionWithSGD()
    const input = harness.input<LabeledPoint>([]) as DStream<LabeledPoint>
    const refused = { name: 'IllegalArgumentException', code: 'MODEL_NOT_INITIALIZED' }
    assert.throws(() => model.trainOn(input), {
      ...refused,
      message: /^Model must be initialized before starting training/,
    })
    const vectors = input.map(({ features }) => features)
    assert.throws(() => model.predictOn(vectors), {
      ...refused,
      message: /^Model must be initialized before starting prediction/,
    })
    assert.throws(() => model.latestModel(), refused)
  })

  test('predictions are 0 and 1, by a model that is trained on the same batch before', async () => {
    await using harness = new StreamingHarness({ sparkContext: sc })
    const input = harness.input([[point(1, 1), point(0, -1)]], 1) as DStream<LabeledPoint>
    const model = new StreamingLogisticRegressionWithSGD(1).setInitialWeights(Vectors.zeros(1))
    model.trainOn(input)
    const predicted = harness.collect(
      model.predictOnValues(input.map(({ label, features }) => [label, features] as [number, typeof features])),
    )
    const plain = harness.collect(model.predictOn(input.map(({ features }) => features)))
    await harness.ssc.start()
    await harness.advance()
    await harness.ssc.awaitTerminationOrTimeout(0)
    assert.deepEqual(predicted.batches, [
      [
        [1, 1],
        [0, 0],
      ],
    ])
    assert.deepEqual(plain.batches, [[1, 0]])
  })
})
