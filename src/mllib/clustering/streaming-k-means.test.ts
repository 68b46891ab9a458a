import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingHarness } from '../../testing/streaming-harness.ts'
import { DenseVector, type Vector } from '../records/vector.ts'
import { Vectors } from '../records/vectors.ts'
import { StreamingKMeans, StreamingKMeansModel } from './streaming-k-means.ts'

let sc: SparkContext
before(() => {
  sc = new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('streaming k-means'))
  sc.setLogLevel('OFF')
})
after(() => sc.stop())

/** Trains a model on batches. @returns centres and weights after each, and the first error. */
async function train(model: StreamingKMeans, batches: readonly (readonly unknown[])[]) {
  await using harness = new StreamingHarness({ sparkContext: sc })
  model.trainOn(harness.input(batches, 2) as never)
  await harness.ssc.start()
  const states: [centers: string[], weights: readonly number[]][] = []
  let error: Error | undefined
  for (const _ of batches) {
    await harness.advance()
    await harness.ssc.awaitTerminationOrTimeout(0).catch((thrown) => {
      error ??= thrown
    })
    const { clusterCenters, clusterWeights } = model.latestModel()
    states.push([clusterCenters.map(String), clusterWeights])
  }
  return { states, error }
}

describe('streaming k-means', () => {
  test('moves centres to the mean of what they had and their new points', async () => {
    const model = new StreamingKMeans(2).setInitialCenters([[0], [10]], [1, 1])
    const { states } = await train(model, [[Vectors.dense(1), Vectors.dense(11), Vectors.dense(12)]])
    assert.deepEqual(states, [
      [
        ['[0.5]', '[11.0]'],
        [2, 3],
      ],
    ])
  })

  test('takes weight on empty batches, as in Spark, unless it is told not to', async () => {
    const begin = () => new StreamingKMeans(1).setDecayFactor(0.5).setInitialCenters([[0]], [8])
    const batches = [[], [Vectors.dense(3)], []]
    assert.deepEqual(
      (await train(begin(), batches)).states.map(([, [weight]]) => weight),
      [4, 3, 1.5],
    )
    assert.deepEqual(
      (await train(begin().setDecayOnEmptyBatches(false), batches)).states.map(([, [weight]]) => weight),
      [8, 5, 5],
    )
  })

  test('splits the greatest cluster where one is dying', async () => {
    const model = new StreamingKMeans(2).setDecayFactor(0).setInitialCenters([[0], [1000]], [1, 1])
    const { states } = await train(model, [[Vectors.dense(2), Vectors.dense(4)]])
    const [[centers, weights] = [[], []]] = states
    assert.deepEqual(weights, [1, 1])
    assert.deepEqual(
      centers.map((text) => Math.abs(Vectors.parse(text).apply(0) - 3) < 1e-12),
      [true, true],
    )
    assert.notEqual(centers[0], centers[1])
  })

  test('takes sparse points, where Spark fails', async () => {
    const model = new StreamingKMeans(2).setInitialCenters(
      [
        [0, 0, 0],
        [5, 5, 5],
      ],
      [0, 0],
    )
    const points = [Vectors.sparse(3, [1], [1]), Vectors.sparse(3, [2], [1]), Vectors.dense(5, 6, 7)]
    const { states } = await train(model, [points])
    assert.deepEqual(states[0]![0], ['[0.0,0.5,0.5]', '[5.0,6.0,7.0]'])
  })

  test('predicts by the model of the time when the batch runs: behind trainOn, by the one that it has just trained', async () => {
    await using harness = new StreamingHarness({ sparkContext: sc })
    const keyed = (pairs: Record<string, number>) =>
      Object.entries(pairs).map(([key, x]): [string, Vector] => [key, Vectors.dense(x)])
    const batches = [keyed({ a: 4 }), keyed({ b: 5.5 }), keyed({ c: 6.7, d: 30 })]
    const input = harness.input(batches, 1)
    const model = new StreamingKMeans(2).setInitialCenters([[0], [10]], [1, 1])
    const values = input.map(([, point]) => point)
    const early = harness.collect(model.predictOn(values))
    model.trainOn(values)
    const late = harness.collect(model.predictOnValues(input))
    await harness.ssc.start()
    await harness.advance(3)
    await harness.ssc.awaitTerminationOrTimeout(0)
    assert.deepEqual(early.batches, [[0], [0], [1, 1]])
    const late3 = [
      ['c', 0],
      ['d', 1],
    ]
    assert.deepEqual(late.batches, [[['a', 0]], [['b', 0]], late3])
  })

  test('a point of another size fails its batch, names record and place, and leaves the model', async () => {
    const model = new StreamingKMeans(1).setInitialCenters([[0, 0]], [1])
    const { states, error } = await train(model, [[Vectors.dense(1, 1), Vectors.dense(1, 2, 3)], [Vectors.dense(2, 2)]])
    assert.equal((error as { code?: string }).code, 'VECTOR_SIZE_MISMATCH')
    assert.match(
      error!.message,
      /^requirement failed: Both vectors should have same length.*2 numbers, record 0 of partition 1 has 3: \[1\.0,2\.0,3\.0\].*batch of 1000 ms \(trainOn at streaming-k-means\.test\.ts/,
    )
    assert.deepEqual(states, [
      [['[0.0,0.0]'], [1]],
      [['[1.0,1.0]'], [2]],
    ])
  })

  test('a record that is no vector fails its batch', async () => {
    const { error } = await train(new StreamingKMeans(1).setInitialCenters([[0]], [1]), [[[1, 2]]])
    assert.equal((error as { code?: string }).code, 'NOT_A_VECTOR')
    assert.match(error!.message, /record 0 of partition 1 is no vector but \[1,2\]/)
  })

  test('a point that is not a number spoils the first centre, as in Spark', async () => {
    const model = new StreamingKMeans(2).setInitialCenters([[0], [10]], [1, 1])
    const { states } = await train(model, [[Vectors.dense(Number.NaN), Vectors.dense(11)]])
    assert.deepEqual(states[0]![0], ['[NaN]', '[10.5]'])
  })

  test('settings that do not fit are refused in Spark’s words', () => {
    const model = new StreamingKMeans()
    const refused = (set: () => unknown, message: RegExp) =>
      assert.throws(set, { name: 'IllegalArgumentException', message })
    refused(() => model.setK(0), /Number of clusters must be positive but got 0/)
    refused(() => model.setDecayFactor(-1), /Decay factor must be nonnegative but got -1/)
    refused(() => model.setHalfLife(1, 'hours' as never), /Invalid time unit for decay: hours/)
    refused(() => model.setHalfLife(0, 'points'), /Half life must be positive but got 0/)
    refused(
      () => model.setInitialCenters([[1], [2]], [1]),
      /Number of initial centers must be equal to number of weights/,
    )
    refused(() => model.setInitialCenters([[1]], [1]), /Number of initial centers must be 2 but got 1/)
    refused(() => model.setInitialCenters([[1], [2]], [1, -1]), /Weight for each initial center must be nonnegative/)
    refused(() => model.setInitialCenters([[1], [2, 3]], [1, 1]), /one size/)
    refused(() => model.setRandomCenters(0, 1), /Number of dimensions must be positive but got 0/)
    assert.throws(() => model.latestModel(), { name: 'IllegalStateException', code: 'MODEL_NOT_INITIALIZED' })
  })

  test('a half-life is what halves the weight', async () => {
    const model = new StreamingKMeansModel([[0]], [8])
    const after = await model.update(sc.parallelize<Vector>([]), Math.exp(Math.log(0.5) / 2), 'batches')
    assert(Math.abs(after.clusterWeights[0]! - 8 * Math.SQRT1_2) < 1e-12)
    assert(after.clusterCenters[0] instanceof DenseVector)
  })
})
