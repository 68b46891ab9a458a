import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { type RDD, SparkConf, SparkContext } from '../../../src/index.ts'
import {
  type BinarySample,
  type GeneralizedLinearModel,
  type InitializationMode,
  KMeans,
  KMeansModel,
  LabeledPoint,
  LassoWithSGD,
  LinearRegressionWithSGD,
  LogisticRegressionWithSGD,
  RidgeRegressionWithSGD,
  StreamingKMeans,
  StreamingTest,
  type TestMethod,
  Vectors,
} from '../../../src/mllib/index.ts'
import { StreamingHarness } from '../../../src/testing/index.ts'
import { binarySamples, clusteredPoints, labeledPoints } from './runs.ts'

/** What Spark answers in Scala, by what record.scala calls it. */
const answers = new Map(
  JSON.parse(readFileSync(new URL('expected-scala.json', import.meta.url), 'utf8')) as [string, unknown][],
)
const answer = <T>(name: string): T => answers.get(name) as T
const RELATIVE = 1e-9
/** Of so many runs one is made; of all where jobs are fast. */
const PART = Number(process.env.MLLIB_PART ?? 1)

let sc: SparkContext
before(() => {
  // Both files of recorded runs may be in one process.
  sc = SparkContext.getOrCreate(
    new SparkConf(false).setMaster(process.env.MLLIB_MASTER ?? 'local[2]').setAppName('batch models'),
  )
})
after(() => sc.stop())

/** Spark takes these for vectors, with indices outside of the vector or out of order, and fails where they are used. */
const REFUSED = ['(1,[2],[3.0])', '(3,[2,1],[1.0,2.0])']

async function temporaryDirectory(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millstream-significance-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function assertNear(actual: number, expected: number, what: string): void {
  const isNear = Object.is(actual, expected) || Math.abs(actual - expected) <= RELATIVE * Math.abs(expected)
  assert(isNear, `${what}: ${actual}, but ${expected} in Spark`)
}

function assertAllNear(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what)
  for (const [i, value] of expected.entries()) assertNear(actual[i]!, value, `${what} at ${i}`)
}

function outcome(parse: () => unknown): string {
  try {
    return String(parse())
  } catch (error) {
    return (error as Error).message
  }
}

describe('texts are read, written and refused as in Spark', () => {
  for (const [name, parse] of [
    ['Vectors.parse', (text: string) => Vectors.parse(text)],
    ['LabeledPoint.parse', (text: string) => LabeledPoint.parse(text)],
  ] as const) {
    test(name, () => {
      for (const [text, expected] of answer<[string, string][]>(name)) {
        const actual = outcome(() => parse(text))
        if (REFUSED.includes(text)) {
          assert.match(actual, /^requirement failed: Index /)
          continue
        }
        assert(actual.startsWith(wordsOf(expected)), `'${text}' gives ${actual}, but ${expected} in Spark`)
      }
    })
  }
})

/** Scala's words without what only Scala can say: how it prints its own lists and arrays. */
function wordsOf(message: string): string {
  if (message.startsWith('Cannot parse ')) return 'Cannot parse '
  return message.startsWith('Index ') ? message.slice(0, message.indexOf(' ', 6)) : message
}

test('centres drawn with a seed are those of Spark', () => {
  for (const [seed, centers, weights] of answer<[string, number[][], number[]][]>('setRandomCenters')) {
    const model = new StreamingKMeans(3).setRandomCenters(4, 2, BigInt(seed)).latestModel()
    for (const [c, center] of centers.entries())
      assertAllNear(model.clusterCenters[c]!.toArray(), center, `seed ${seed}`)
    assert.deepEqual(model.clusterWeights, weights)
  }
})

describe('linear models of a data set are those of Spark', () => {
  type Train = (data: RDD<LabeledPoint>, hasIntercept: boolean) => Promise<GeneralizedLinearModel>
  const algorithms: Readonly<Record<string, Train>> = {
    linear: (data, intercept) => new LinearRegressionWithSGD(0.5, 60, 0.3).setIntercept(intercept).run(data),
    ridge: (data, intercept) => new RidgeRegressionWithSGD(0.5, 60, 0.3).setIntercept(intercept).run(data),
    lasso: (data, intercept) => new LassoWithSGD(0.5, 60, 0.3).setIntercept(intercept).run(data),
    logistic: (data, intercept) => new LogisticRegressionWithSGD(0.5, 60, 0.1).setIntercept(intercept).run(data),
  }
  for (const [name, [weights, intercept]] of answer<[string, [number[], number]][]>('linear models')) {
    test(name, async () => {
      const [kind = ''] = name.split(' ')
      const isBinary = kind === 'logistic'
      const data = sc.parallelize(labeledPoints(isBinary ? 32 : 31, 120, 4, isBinary), 3)
      const model = await algorithms[kind]!(data, name.includes('intercept'))
      assertAllNear(model.weights.values, weights, 'weights')
      assertNear(model.intercept, intercept, 'intercept')
    })
  }

  test('labels that are neither 0 nor 1', async () => {
    const data = sc.parallelize(labeledPoints(31, 120, 4, false), 3)
    await assert.rejects(new LogisticRegressionWithSGD().run(data), (error: Error) =>
      error.message.startsWith(answer<string>('labels')),
    )
  })
})

describe('k-means', () => {
  const data = () => sc.parallelize(clusteredPoints(33, 400, 3, 7), 4)

  test('from given centres comes to those of Spark', async () => {
    const [centers, cost] = answer<[number[][], number]>('k-means from centres')
    const initial = new KMeansModel(clusteredPoints(34, 5, 3, 5))
    const model = await new KMeans().setK(5).setMaxIterations(7).setEpsilon(0).setInitialModel(initial).run(data())
    for (const [c, center] of centers.entries())
      assertAllNear(model.clusterCenters[c]!.toArray(), center, `centre ${c}`)
    assertNear(await model.computeCost(data()), cost, 'cost')
  })

  for (const [mode, costs] of answer<[InitializationMode, number[]][]>('k-means costs')) {
    test(`with centres by ${mode} costs what it costs in Spark, for each of ${costs.length} seeds`, async () => {
      const points = data().cache()
      const own: number[] = []
      for (let seed = 1; seed <= costs.length / PART ** 2; seed++) {
        own.push(await (await KMeans.train(points, 5, 10, mode, seed)).computeCost(points))
      }
      // The same points are drawn, so that not only the mean is Spark's.
      assertAllNear(own, costs.slice(0, own.length), 'cost of a seed')
    })
  }
})

describe('significance tests say what they say in Spark', () => {
  type Result = [pValue: number, freedom: number, statistic: number, method: string, text: string]
  for (const [method, window, batches] of answer<[TestMethod, number, Result[][]][]>('significance')) {
    test(`${method}, ${window === 0 ? 'all batches' : `windows of ${window}`}`, async (t) => {
      await using harness = new StreamingHarness({ sparkContext: sc, startTime: 1_000_000 })
      if (window === 0) harness.ssc.checkpoint(await temporaryDirectory(t))
      const input = binarySamples(35, batches.length) as BinarySample[][]
      const results = harness.collect(
        new StreamingTest().setTestMethod(method).setWindowSize(window).registerStream(harness.input(input, 2)),
      )
      await harness.ssc.start()
      await harness.advance(batches.length)
      await harness.ssc.awaitTerminationOrTimeout(0)
      for (const [batch, [expected]] of batches.entries()) {
        const [actual] = results.batches[batch]!
        const numbers = [actual!.pValue, actual!.degreesOfFreedom, actual!.statistic]
        assertAllNear(numbers, expected!.slice(0, 3) as number[], `batch ${batch}`)
        assert.equal(actual!.method, expected![3])
        assert.equal(actual!.toString().replaceAll(/= \S+/g, ''), expected![4].replaceAll(/= \S+/g, ''))
      }
    })
  }
})
