import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { SparkContext } from '../context/spark-context.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import {
  GradientDescent,
  KMeans,
  KMeansModel,
  LassoModel,
  LinearRegressionModel,
  LogisticRegressionModel,
  type Vector,
  Vectors,
} from './index.ts'

let sc: SparkContext
let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millstream-models-'))
  sc = new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('models'))
})
after(async () => {
  await sc.stop()
  await rm(folder, { recursive: true })
})

test('models come back from their files, with every bit of their numbers', async () => {
  const numbers = [0.1, -0, Number.NaN, Number.NEGATIVE_INFINITY, 1e-310]
  const linear = join(folder, 'linear.json')
  await new LinearRegressionModel(numbers, -0.3).save(sc, linear)
  const read = await LinearRegressionModel.load(sc, linear)
  assert.deepEqual([read.weights.values, read.intercept], [numbers, -0.3])
  const clusters = join(folder, 'clusters.json')
  await new KMeansModel([numbers, [1, 2, 3, 4, 5]], 7).save(sc, clusters)
  const model = await KMeansModel.load(sc, clusters)
  assert.deepEqual([model.clusterCenters[0]!.toArray(), model.k, model.trainingCost], [numbers, 2, 7])
  const logistic = join(folder, 'logistic.json')
  await new LogisticRegressionModel([1], 2).setThreshold(0.9).save(sc, logistic)
  assert.equal((await LogisticRegressionModel.load(sc, logistic)).getThreshold(), 0.9)
  await new LogisticRegressionModel([1], 2).clearThreshold().save(sc, logistic)
  assert.equal((await LogisticRegressionModel.load(sc, logistic)).predict(Vectors.dense(0)), 1 / (1 + Math.exp(-2)))
})

test('a file of another model, of no model, or none is refused', async () => {
  const file = join(folder, 'lasso.json')
  await new LassoModel([1], 0).save(sc, file)
  await assert.rejects(KMeansModel.load(sc, file), { code: 'MODEL_FILE_MISMATCH', message: /LassoModel.*KMeansModel/ })
  await writeFile(file, 'no json')
  await assert.rejects(LassoModel.load(sc, file), { code: 'MODEL_FILE_MISMATCH', message: /not JSON/ })
  await assert.rejects(LassoModel.load(sc, join(folder, 'absent.json')), { name: 'FileNotFoundException' })
})

test('models predict one point and an RDD of points', async () => {
  const points = [Vectors.dense(1, 2), Vectors.sparse(2, [1], [3])]
  const rdd = sc.parallelize<Vector>(points, 2)
  const linear = new LinearRegressionModel([1, 10], 0.5)
  assert.deepEqual(await linear.predict(rdd).collect(), [21.5, 30.5])
  assert.deepEqual(
    points.map((point) => linear.predict(point)),
    [21.5, 30.5],
  )
  const clusters = new KMeansModel([
    [1, 2],
    [0, 4],
  ])
  assert.deepEqual(await clusters.predict(rdd).collect(), [0, 1])
  assert.equal(await clusters.computeCost(rdd), 1)
  assert.throws(() => linear.predict(Vectors.dense(1)), {
    code: 'ILLEGAL_ARGUMENT',
    message: /non-matching sizes: x\.size = 2, y\.size = 1/,
  })
})

test('k-means finds clusters that are far apart, whatever the centres that it begins with', async () => {
  const places = [
    [0, 0],
    [100, 0],
    [0, 100],
  ]
  const points = places.flatMap(([x = 0, y = 0]) =>
    Array.from({ length: 30 }, (_, i) => Vectors.dense(x + (i % 3), y + (i % 5))),
  )
  for (let seed = 1; seed <= 3; seed++) {
    const model = await KMeans.train(sc.parallelize<Vector>(points, 3), 3, 20, 'k-means||', seed)
    const centers = model.clusterCenters.map((center) => center.toArray().map(Math.round).join(',')).sort()
    assert.deepEqual(centers, ['1,102', '1,2', '101,2'], `seed ${seed}`)
  }
})

test('k-means of fewer different points than clusters has a cluster for each', async () => {
  const points = Array.from({ length: 10 }, (_, i) => Vectors.dense(i % 2))
  const model = await KMeans.train(sc.parallelize<Vector>(points, 2), 5, 5, 'k-means||', 1)
  assert.deepEqual(model.clusterCenters.map(String).sort(), ['[0.0]', '[1.0]'])
  await assert.rejects(KMeans.train(sc.emptyRDD<Vector>(), 2), {
    code: 'ILLEGAL_ARGUMENT',
    message: /No samples available/,
  })
})

test('settings of the descent that do not fit are refused', () => {
  const descent = new GradientDescent(null as never, null as never)
  for (const set of [
    () => descent.setStepSize(0),
    () => descent.setNumIterations(-1),
    () => descent.setMiniBatchFraction(0),
    () => descent.setMiniBatchFraction(1.1),
    () => descent.setRegParam(-1),
    () => descent.setConvergenceTol(2),
    () => new KMeans().setK(0),
    () => new KMeans().setEpsilon(-1),
    () => new KMeans().setMaxIterations(-1),
    () => new KMeans().setInitializationSteps(0),
    () => new KMeans().setInitializationMode('best' as never),
    () => new KMeans().setInitialModel(new KMeansModel([[1]])),
  ]) {
    assert.throws(set, { code: 'ILLEGAL_ARGUMENT' })
  }
})
