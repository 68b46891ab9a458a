/** Training on a batch of points that is persisted, in columns; the first run makes them: `mllib.js KIND ROWS RUNS [MASTER]`, where KIND is `k-means`, `linear` or `logistic`. */
import { type RDD, SparkContext } from 'millstream'
import {
  LabeledPoint,
  LinearRegressionWithSGD,
  LogisticRegressionWithSGD,
  persistColumns,
  StreamingKMeansModel,
  type Vector,
  Vectors,
} from 'millstream/mllib'
import { argument, peakRssBytes, report, timed } from './report.ts'

const ITERATIONS = 10
const PARTITIONS = 4
const kind = argument(0)
const rows = Number(argument(1))
const runCount = Number(argument(2))
const sc = new SparkContext(process.argv[5] ?? 'local[2]', 'mllib')

/** Numbers from -0.5 to 0.5, the same in Scala: a row's are told by its number. */
function numbersOf(row: number): () => number {
  let state = Math.imul(row + 1, 0x9e3779b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 8) / 16777216 - 0.5
  }
}

function dense(row: number, size: number): number[] {
  const next = numbersOf(row)
  return Array.from({ length: size }, next)
}

function points<T extends Vector | LabeledPoint>(make: (row: number) => T): RDD<T> {
  return persistColumns(sc.range(0, rows, 1, PARTITIONS).map(make))
}

function denseLabeled(row: number): LabeledPoint {
  const values = dense(row, 100)
  return new LabeledPoint(
    values.reduce((sum, value, i) => sum + value * (i % 7), 0),
    Vectors.dense(values),
  )
}

/** 50 numbers among 10,000: each within a stretch of 200 of its own. */
function sparseLabeled(row: number): LabeledPoint {
  const next = numbersOf(row)
  const indices = Array.from({ length: 50 }, (_, i) => i * 200 + Math.floor((next() + 0.5) * 200))
  const values = indices.map(next)
  const sum = values.reduce((total, value, i) => total + value * ((indices[i]! % 3) - 1), 0)
  return new LabeledPoint(sum > 0 ? 1 : 0, Vectors.sparse(10_000, indices, values))
}

/** Points around 20 places in 50 dimensions. */
function clustered(row: number): Vector {
  const place = dense(-2 - (row % 20), 50)
  return Vectors.dense(dense(row, 50).map((value, i) => value + 2 * place[i]!))
}

async function prepare(): Promise<() => Promise<readonly number[]>> {
  if (kind === 'k-means') {
    const data = points(clustered)
    const centers = Array.from({ length: 20 }, (_, c) => clustered(c))
    const model = new StreamingKMeansModel(centers, new Array(20).fill(1))
    return async () => (await model.update(data, 1, 'batches')).clusterCenters.flatMap((center) => center.toArray())
  }
  if (kind === 'linear') {
    const data = points(denseLabeled)
    const algorithm = new LinearRegressionWithSGD(0.5, ITERATIONS)
    algorithm.optimizer.setConvergenceTol(0)
    return async () => (await algorithm.run(data)).weights.toArray()
  }
  const data = points(sparseLabeled)
  const algorithm = new LogisticRegressionWithSGD(1, ITERATIONS, 0.01)
  algorithm.optimizer.setConvergenceTol(0)
  return async () => (await algorithm.run(data)).weights.toArray()
}

const train = await prepare()
const runs = []
let numbers: readonly number[] = []
for (let run = 0; run < runCount; run++) {
  console.log(`MARK run ${run}`)
  const { value, ...time } = await timed(train)
  if (run === 0) numbers = value
  runs.push(time)
}
console.log(`MARK run ${runCount}`)
report({ runs, sum: numbers.reduce((sum, value, i) => sum + value * ((i % 5) + 1), 0), peakRssBytes: peakRssBytes() })
await sc.stop()
